"""The programs of one kwok cluster: their files and command lines in the cluster's own folder. Starts nothing."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.providers.kwok_shape import SIMULATED, Shape, audit_policy_file, stages_file


class Files(NamedTuple):
    """Where a cluster keeps what; the folder is readable by its owner alone."""

    folder: Path

    @property
    def tokens(self) -> Path:
        """The API server's list of tokens: one, of the cluster's administrator."""
        return self.folder / "tokens.csv"

    @property
    def authority(self) -> Path:
        """The certificate chain that the API server makes for itself at its first start."""
        return self.folder / "pki" / "apiserver.crt"

    @property
    def key(self) -> Path:
        """The key of that certificate; it also signs service account tokens."""
        return self.folder / "pki" / "apiserver.key"

    @property
    def kubeconfig(self) -> Path:
        """The credentials for everybody, mode 600."""
        return self.folder / "kubeconfig"

    @property
    def audit_log(self) -> Path:
        """What the API server was asked to change, as JSON lines."""
        return self.folder / "audit.log"

    @property
    def port(self) -> Path:
        """The API server's port, written before it starts so that no second cluster takes it."""
        return self.folder / "port"

    def log(self, program: str) -> Path:
        """Where a program's output goes."""
        return self.folder / f"{program}.log"

    def token(self) -> str:
        """The administrator's token."""
        return self.tokens.read_text().partition(",")[0]


def write_tokens(files: Files) -> None:
    """Make the cluster's own administrator."""
    _write_private(files.tokens, f"{secrets.token_urlsafe(32)},healproof,healproof,system:masters\n")


def write_kubeconfig(files: Files, name: str, port: int) -> None:
    """Write the kubeconfig file; the API server's certificate must be there already."""
    authority = base64.b64encode(files.authority.read_bytes()).decode()
    server = {"server": f"https://127.0.0.1:{port}", "certificate-authority-data": authority}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": server}],
        "users": [{"name": name, "user": {"token": files.token()}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }
    # JSON is YAML, and needs no YAML library on the way to a cluster in seconds
    _write_private(files.kubeconfig, json.dumps(content, indent=2) + "\n")


def command_line(program: str, path: Path, files: Files, shape: Shape, port: int) -> list[str]:
    """How a program is started, in the cluster's folder, with the shape's flags over the defaults."""
    flags = {**_DEFAULTS[program](files, shape, port), **shape.flags.get(program, {})}
    return [str(path), *(f"--{name}={value}" for name, value in flags.items())]


def _etcd(files: Files, _shape: Shape, _port: int) -> Mapping[str, str]:
    return {
        "name": "healproof",
        "data-dir": str(files.folder / "etcd"),
        # sockets in the cluster's folder: nobody else can connect, and no port is taken. The names are relative
        # because a socket's path has at most 107 bytes; etcd insists on something like a port behind them.
        "listen-client-urls": _CLIENT_SOCKET,
        "advertise-client-urls": _CLIENT_SOCKET,
        "listen-peer-urls": _PEER_SOCKET,
        "initial-advertise-peer-urls": _PEER_SOCKET,
        "initial-cluster": f"healproof={_PEER_SOCKET}",
        "unsafe-no-fsync": "true",  # the cluster does not outlive the machine
        "log-level": "warn",
    }


def _apiserver(files: Files, _shape: Shape, port: int) -> Mapping[str, str]:
    return {
        "etcd-servers": _CLIENT_SOCKET,
        "secure-port": str(port),
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",  # else a machine without a default route has no address to offer
        "endpoint-reconciler-type": "none",
        "cert-dir": str(files.authority.parent),
        "token-auth-file": str(files.tokens),
        "anonymous-auth": "false",
        "authorization-mode": "Node,RBAC",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-signing-key-file": str(files.key),
        "service-account-key-file": str(files.key),
        "service-cluster-ip-range": "10.96.0.0/16",
        "audit-policy-file": str(audit_policy_file()),
        "audit-log-path": str(files.audit_log),
        "audit-log-maxsize": "200",
        "audit-log-maxbackup": "1",
    }


def _controller_manager(files: Files, _shape: Shape, _port: int) -> Mapping[str, str]:
    return {
        "kubeconfig": str(files.kubeconfig),
        "service-account-private-key-file": str(files.key),
        "root-ca-file": str(files.authority),
        "secure-port": "0",
        **_UNTHROTTLED,
    }


def _scheduler(files: Files, _shape: Shape, _port: int) -> Mapping[str, str]:
    return {"kubeconfig": str(files.kubeconfig), "secure-port": "0", **_UNTHROTTLED}


def _kwok(files: Files, shape: Shape, _port: int) -> Mapping[str, str]:
    return {
        "kubeconfig": str(files.kubeconfig),
        "config": str(stages_file()),
        "manage-nodes-with-label-selector": f"{SIMULATED}=true",
        "node-lease-duration-seconds": str(shape.node_lease_seconds),
        "cidr": "10.0.0.0/16",
        "node-ip": "10.64.0.1",
    }


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


_CLIENT_SOCKET = "unix://client.sock:0"
_PEER_SOCKET = "unix://peer.sock:0"
_UNTHROTTLED = {"kube-api-qps": "1000", "kube-api-burst": "2000"}
_DEFAULTS = {
    "etcd": _etcd,
    "kube-apiserver": _apiserver,
    "kube-controller-manager": _controller_manager,
    "kube-scheduler": _scheduler,
    "kwok": _kwok,
}


class NodeStatus(msgspec.Struct):
    """The part of a Node's status that says whether it is ready."""

    conditions: list[dict[str, str | None]] = []


class NodeSeen(msgspec.Struct):
    """A Node of which only the status is read."""

    status: NodeStatus

    def ready(self) -> bool:
        """Whether the node controller takes it for ready."""
        return any(each.get("type") == "Ready" and each.get("status") == "True" for each in self.status.conditions)


class NodesSeen(msgspec.Struct):
    """A list of nodes."""

    items: list[NodeSeen]
