"""Cases in which containers do not start, do not stay, or do not serve: real kubelets and processes are needed."""

from __future__ import annotations

from typing import Any

from harness.kube import actions
from tests.bench.blind.apps import BUSYBOX
from tests.bench.blind.case import KIND, Case, Deed, event, restarted, unready, waiting
from tests.bench.blind.stand import Stand


def cases() -> list[Case]:
    """All of them."""
    missing = waiting("CreateContainerConfigError")
    bad, pull = waiting("CrashLoopBackOff", "RunContainerError"), waiting("ErrImagePull", "ImagePullBackOff")
    mount, crash = event(reason="FailedMount"), waiting("CrashLoopBackOff")
    return [
        Case("config-missing", "env-from", _env_from("configMapRef"), missing, on=KIND),
        Case("config-missing", "key", _key, missing, on=KIND),
        Case("config-missing", "volume", _volume("configMap"), mount, on=KIND),
        Case("config-missing", "secret-volume", _volume("secret"), mount, on=KIND, held_out=True),
        Case("config-missing", "secret-env", _env_from("secretRef"), missing, on=KIND, held_out=True),
        Case("image-unavailable", "name", _image("registry.k8s.io/e2e-test-images/agnhots:2.63.0"), pull, on=KIND),
        Case("image-unavailable", "tag", _image("docker.io/library/busybox:1.35.0-rc9"), pull, on=KIND),
        Case("image-unavailable", "never", _never_pulled, waiting("ErrImageNeverPull"), on=KIND, held_out=True),
        Case("command-bad", "no-such-program", _command(["/usr/local/bin/serve"]), bad, on=KIND),
        Case("command-bad", "directory", _command(["/etc"]), bad, on=KIND),
        Case("command-bad", "relative", _command(["agnhots", "netexec"]), bad, on=KIND, held_out=True),
        Case("application-crash", "exit-code", _crash("echo starting; sleep 1; exit 3"), crash, on=KIND),
        Case("application-crash", "panic", _crash(_PANIC), crash, on=KIND),
        Case("application-crash", "done", _crash("echo all done; exit 0"), crash, on=KIND),
        Case("application-crash", "signal", _crash("sleep 1; kill -SEGV $$"), crash, on=KIND, held_out=True),
        Case("memory-limit", "grows", _memory, restarted(2), on=KIND),
        Case("memory-limit", "file", _memory_file, restarted(2), on=KIND, held_out=True),
        Case(
            "liveness-probe-wrong",
            "path",
            _probe("livenessProbe", {"path": "/alive"}),
            restarted(1),
            app="strict",
            on=KIND,
        ),
        Case("liveness-probe-wrong", "port", _probe("livenessProbe", {"port": 9}), restarted(1), on=KIND),
        Case(
            "liveness-probe-wrong",
            "scheme",
            _probe("livenessProbe", {"scheme": "HTTPS"}),
            restarted(1),
            on=KIND,
            held_out=True,
        ),
        Case("liveness-probe-wrong", "program", _probe_program, restarted(1), on=KIND, held_out=True),
        Case(
            "readiness-probe-wrong",
            "path",
            _probe("readinessProbe", {"path": "/ready"}),
            unready,
            app="strict",
            on=KIND,
        ),
        Case("readiness-probe-wrong", "port", _probe("readinessProbe", {"port": 9}), unready, on=KIND),
        Case(
            "readiness-probe-wrong",
            "scheme",
            _probe("readinessProbe", {"scheme": "HTTPS"}),
            unready,
            on=KIND,
            held_out=True,
        ),
        Case(
            "startup-probe-wrong",
            "path",
            _probe("startupProbe", {"path": "/started"}),
            restarted(1),
            app="strict",
            on=KIND,
        ),
        Case("startup-probe-wrong", "port", _probe("startupProbe", {"port": 9}), restarted(1), on=KIND, held_out=True),
        Case("startup-too-slow", "liveness", _slow("livenessProbe"), restarted(1), on=KIND),
        Case("startup-too-slow", "startup", _slow("startupProbe"), restarted(1), on=KIND, held_out=True),
        Case("volume-mount-failed", "host-path", _host_path, mount, on=KIND),
        Case("scaled-down", "behind-a-front", _backend_gone, unready, app="front", on=KIND, birth="live"),
        Case(
            "service-selector-wrong", "behind-a-front", _backend_unselected, unready, app="front", on=KIND, birth="live"
        ),
        Case("dependency-down", "refuses", _database(9), unready, app="front-outside", on=KIND, birth="born"),
        Case(
            "dependency-down",
            "no-address",
            _database(0),
            unready,
            app="front-outside",
            on=KIND,
            birth="born",
            held_out=True,
        ),
    ]


_PANIC = (
    "echo level=info msg=starting; sleep 1; "
    "echo 'panic: runtime error: invalid memory address or nil pointer dereference' >&2; exit 2"
)


def _env_from(kind: str) -> Deed:
    def breaks(stand: Stand) -> None:
        name = f"{stand.app.name}-{stand.draw.choice(['config', 'settings-v2', 'credentials'])}"
        stand.change_container({"envFrom": [{kind: {"name": name}}]})

    return breaks


def _key(stand: Stand) -> None:
    name = f"{stand.app.name}-options"
    stand.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"mode": "fast"}})
    source = {"configMapKeyRef": {"name": name, "key": stand.draw.choice(["MODE", "url", "timeout"])}}
    stand.change_container({"env": [{"name": "MODE", "value": None, "valueFrom": source}]})


def _volume(kind: str) -> Deed:
    def breaks(stand: Stand) -> None:
        name = f"{stand.app.name}-{stand.draw.choice(['certs', 'files', 'extra'])}"
        source = {"configMap": {"name": name}} if kind == "configMap" else {"secret": {"secretName": name}}
        stand.change_pods(
            {
                "volumes": [{"name": "extra", **source}],
                "containers": [
                    {"name": stand.app.container, "volumeMounts": [{"name": "extra", "mountPath": "/etc/extra"}]}
                ],
            }
        )

    return breaks


def _image(image: str) -> Deed:
    return lambda stand: stand.change_container({"image": image, "imagePullPolicy": "IfNotPresent"})


def _never_pulled(stand: Stand) -> None:
    stand.change_container({"image": "docker.io/library/redis:7.2", "imagePullPolicy": "Never"})


def _command(command: list[str]) -> Deed:
    return lambda stand: stand.change_container({"command": command})


def _crash(text: str) -> Deed:
    return lambda stand: stand.change_container({"command": ["sh", "-c", text]})


def _memory(stand: Stand) -> None:
    """Tail keeps a line that never ends."""
    stand.change_container({"command": ["sh", "-c", "echo warming up; sleep 1; tail /dev/zero"]})


def _memory_file(stand: Stand) -> None:
    """Files of a tmpfs count as memory of who writes them."""
    text = "echo filling the cache; sleep 1; dd if=/dev/zero of=/cache/all bs=1M count=400; sleep 600"
    stand.change_pods(
        {
            "volumes": [{"name": "cache", "emptyDir": {"medium": "Memory"}}],
            "containers": [
                {
                    "name": stand.app.container,
                    "image": BUSYBOX,
                    "command": ["sh", "-c", text],
                    "volumeMounts": [{"name": "cache", "mountPath": "/cache"}],
                }
            ],
        }
    )


def _probe(which: str, change: dict[str, Any]) -> Deed:
    def breaks(stand: Stand) -> None:
        asked = {**stand.container()["readinessProbe"]["httpGet"], **change}
        timing = {"periodSeconds": 2, "failureThreshold": 2}
        stand.change_container({which: {"httpGet": asked, **timing}})

    return breaks


def _probe_program(stand: Stand) -> None:
    stand.change_container(
        {
            "livenessProbe": {
                "httpGet": None,
                "exec": {"command": ["/bin/check-health"]},
                "periodSeconds": 2,
                "failureThreshold": 2,
            }
        }
    )


def _slow(which: str) -> Deed:
    def breaks(stand: Stand) -> None:
        good = stand.container()
        asked = good["readinessProbe"]["httpGet"]
        start = good["command"][-1] if good["command"][0] == "sh" else f"exec {' '.join(good['command'])}"
        text = f"echo loading; sleep {stand.draw.choice([25, 40])}; {start}"
        probe = {"httpGet": asked, "periodSeconds": 2, "failureThreshold": 3}
        stand.change_container({"command": ["sh", "-c", text], which: probe})

    return breaks


def _host_path(stand: Stand) -> None:
    path = {"path": stand.draw.choice(["/mnt/shared", "/opt/assets"]), "type": "Directory"}
    stand.change_pods(
        {
            "volumes": [{"name": "assets", "hostPath": path}],
            "containers": [{"name": stand.app.container, "volumeMounts": [{"name": "assets", "mountPath": "/assets"}]}],
        }
    )


def _backend_gone(stand: Stand) -> None:
    backend = stand.bystanders[0]
    stand.edit(backend.plural, backend.name, {"spec": {"replicas": 0}})


def _backend_unselected(stand: Stand) -> None:
    backend = stand.bystanders[0]
    stand.edit("services", backend.name, {"spec": {"selector": {backend.label: f"{backend.name}-next"}}})


def _database(port: int) -> Deed:
    """A Service without a selector, as for what runs outside of the cluster; its address refuses, or there is none."""

    def breaks(stand: Stand) -> None:
        service = {"ports": [{"port": 80, "targetPort": port or 5432}]}
        stand.add({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "database"}, "spec": service})
        if port:
            nodes = actions.listed(stand.client, "nodes")
            (address, *_) = [
                each["address"] for each in nodes[0]["status"]["addresses"] if each["type"] == "InternalIP"
            ]
            labels = {"kubernetes.io/service-name": "database"}
            slice_ = {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {"name": "database-1", "labels": labels},
                "addressType": "IPv4",
                "ports": [{"port": port}],
                "endpoints": [{"addresses": [address]}],
            }
            stand.add(slice_)

    return breaks
