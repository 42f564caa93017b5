"""Nodes and control-plane parts of kind clusters taken down and brought back. Knows nothing of faults or verdicts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from harness.machine.clock import wait_until
from harness.machine.process import Completed
from harness.model.cluster import CONTROL_PLANE_PARTS, ClusterRecord, Down, Outage
from harness.model.errors import ClusterBroken, CommandFailed
from harness.providers.engines import Engine, engine_named
from harness.providers.kind_nodes import exec_in, states

KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
ASK_SECONDS = 20.0
HALT_SECONDS = 90.0  # an API server ends politely within its pod's grace period of 30 s, a node within its own
BACK_SECONDS = 60.0
FREEZE_SECONDS = 20.0
ANSWERING = ("etcd", "kube-apiserver")  # without either no request is answered
POWER = {Outage.KILLED: "kill", Outage.STOPPED: "stop", Outage.PAUSED: "pause"}

PART_SCRIPT = r"""
set -eu
action=$1 part=${2-} how=${3-} limit=${4-} source=${5-}
place=/etc/kubernetes/manifests kept=/var/lib/healproof/parts/$part unit=healproof-$part

pids() { # of the part itself: a workload's process of the same name has a network of its own
  for pid in $(pgrep -f "^([^ ]*/)?$part( |\$)"); do
    [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/1/ns/net)" ] || echo "$pid"
  done
}

signal() { for pid in $(pids); do kill -s "$1" "$pid" || true; done; }

state() {
  [ -e "$place/$part.yaml" ] || { echo stopped; return; }
  found=$(pids)
  [ -n "$found" ] || { echo killed; return; }
  for pid in $found; do
    case $(cut -d ')' -f 2 "/proc/$pid/stat" 2>/dev/null) in *' T '* | *' t '*) echo paused; return ;; esac
  done
  echo running
}

arm() { # the node itself brings the part back, should nobody else do it in time
  mkdir -p "$kept"
  printf '%s' "$source" >"$kept/deadman.sh"
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
    systemctl stop "$unit.timer" 2>/dev/null || true
    systemd-run --quiet --collect --unit="$unit" --on-active="${limit}s" --timer-property=AccuracySec=100ms \
      sh "$kept/deadman.sh" restore "$part"
  else
    setsid sh -c 'echo $$ >"$0/deadman.pid"; sleep "$2"; exec sh "$0/deadman.sh" restore "$1"' \
      "$kept" "$part" "$limit" </dev/null >/dev/null 2>&1 &
  fi
}

disarm() {
  systemctl stop "$unit.timer" 2>/dev/null || true
  [ ! -e "$kept/deadman.pid" ] || [ "$(cat "$kept/deadman.pid")" = $$ ] ||
    kill -s KILL -- "-$(cat "$kept/deadman.pid")" 2>/dev/null || true
}

halt() {
  [ "$(state)" = running ] || return 0
  case $how in
    killed) signal KILL ;;
    paused) arm; signal STOP ;;
    stopped)
      arm
      cp -p "$place/$part.yaml" "$kept/half"
      mv "$kept/half" "$kept/manifest.yaml"
      rm "$place/$part.yaml"
      while [ -n "$(pids)" ]; do sleep 0.2; done ;;
  esac
}

await() {
  tries=0
  while [ -z "$(pids)" ] && [ "$tries" -lt "$1" ]; do tries=$((tries + 1)); sleep 0.2; done
}

restore() {
  disarm
  if [ -e "$kept/manifest.yaml" ] && [ ! -e "$place/$part.yaml" ]; then
    cp -p "$kept/manifest.yaml" "$place/../.$part.healproof" # on the same file system: moved whole, never read half
    mv "$place/../.$part.healproof" "$place/$part.yaml"
  fi
  signal CONT
  await 25
  # before it starts etcd the kubelet waits for an API server that without etcd never answers; for one that is gone it
  # does not wait, and it starts both
  [ -n "$(pids)" ] || [ "$part" != etcd ] || pkill -KILL -x kube-apiserver || true
  await 75
  [ -n "$(pids)" ] || systemctl restart kubelet # it backs off; started anew it does not
  rm -rf "$kept"
  rmdir /var/lib/healproof/parts /var/lib/healproof 2>/dev/null || true
}

case $action in
  halt) halt ;;
  restore) restore ;;
  look) shift; for part; do echo "$part $(state)"; done ;;
esac
"""
"""`halt PART HOW LIMIT SOURCE`, `restore PART`, `look PART…` on a control-plane node; SOURCE is this very text.

What `halt` needs for the way back is below /var/lib/healproof/parts/PART until `restore` removes it.
"""


class KindOutages:
    """The levers of a kind cluster; a node is its container, a part of the control plane a static pod."""

    def halt_node(self, record: ClusterRecord, node: str, how: Outage) -> None:
        """Kill, stop or pause the node's container."""
        engine = engine_of(record)
        said = ""

        def halted() -> bool:
            nonlocal said
            if _state(engine, node) == "running":
                said = _act(engine, POWER[how], node)
            return _state(engine, node) != "running"

        # on cgroup v1 a busy machine's freezer says again and again that it was unable to freeze
        if not wait_until(halted, timeout_seconds=FREEZE_SECONDS):
            raise ClusterBroken(f"node {node} still runs after `{engine.name} {POWER[how]}` {said}".rstrip())

    def restore_node(self, record: ClusterRecord, node: str) -> None:
        """Unpause or start the node's container; systemd in it mounts the volumes again and starts the kubelet."""
        engine = engine_of(record)
        state = _state(engine, node)
        if state != "running":
            said = _act(engine, "unpause" if state == "paused" else "start", node)
            if said:
                raise ClusterBroken(f"node {node} ({state}) does not come back: {said}")

    def halt_part(self, record: ClusterRecord, part: str, how: Outage, *, limit_seconds: float) -> None:
        """Kill or freeze the part's process, or take its manifest from the kubelet and wait until it ended.

        What is killed the kubelet restarts at once. What is frozen or stopped a timer in the node brings back after
        `limit_seconds`; the kubelet replaces a frozen part sooner where its liveness probe fails that long.
        """
        _check_part(part)
        words = ("halt", part, str(how), f"{limit_seconds:.1f}", PART_SCRIPT)
        self._run(record, words, timeout_seconds=HALT_SECONDS)

    def restore_part(self, record: ClusterRecord, part: str) -> None:
        """Put its manifest back, thaw its process, cancel the timer; then wait until it runs."""
        _check_part(part)
        self._run(record, ("restore", part), timeout_seconds=HALT_SECONDS)
        if not wait_until(lambda: self._runs(record, part), timeout_seconds=BACK_SECONDS, every_seconds=0.5):
            raise ClusterBroken(
                f"{part} of cluster {record.name} does not run {BACK_SECONDS:.0f} s after it was restored",
                hint="`healproof up --new` makes a new cluster",
            )

    def down_now(self, record: ClusterRecord) -> list[Down]:
        """Nodes as the container engine sees them; parts as the control-plane node sees them, where it runs."""
        engine = engine_of(record)
        seen_nodes = states(engine, record.nodes)
        down = [Down("node", node, _outage(how)) for node, how in seen_nodes.items() if how != "running"]
        if seen_nodes[record.nodes[0]] == "running":
            seen = self._look(record, CONTROL_PLANE_PARTS)
            down += [Down("part", part, how) for part, how in seen.items() if how != "running"]
        return down

    def _runs(self, record: ClusterRecord, part: str) -> bool:
        seen = self._look(record, {part, *ANSWERING})
        if seen[part] != "running":
            return False
        if part not in ANSWERING or any(seen[each] != "running" for each in ANSWERING):
            return True
        asked = [*KUBECTL, "get", "--raw=/readyz", "--request-timeout=5s"]
        return exec_in(engine_of(record), record.nodes[0], asked, timeout_seconds=ASK_SECONDS).code == 0

    def _look(self, record: ClusterRecord, parts: Collection[str]) -> dict[str, str]:
        lines = self._run(record, ("look", *parts), timeout_seconds=ASK_SECONDS).text.splitlines()
        return {part: how for part, _, how in (line.partition(" ") for line in lines)}

    def _run(self, record: ClusterRecord, words: Sequence[str], *, timeout_seconds: float) -> Completed:
        node = record.nodes[0]
        argv = ["sh", "-c", PART_SCRIPT, "healproof", *words]
        try:
            done = exec_in(engine_of(record), node, argv, timeout_seconds=timeout_seconds)
        except CommandFailed:  # its words hold the whole script
            raise ClusterBroken(f"node {node}: {' '.join(words[:3])}: no end after {timeout_seconds:.0f} s") from None
        if done.code != 0:
            said = done.stderr.decode(errors="replace").strip()[-300:]
            raise ClusterBroken(f"node {node}: {' '.join(words[:3])}: {said}")
        return done


def engine_of(record: ClusterRecord) -> Engine:
    """The engine that a cluster was made with."""
    return engine_named(record.facts["engine"])


def _state(engine: Engine, node: str) -> str:
    return states(engine, (node,))[node]


def _act(engine: Engine, verb: str, node: str) -> str:
    """What the engine said where it could not do it, else an empty string."""
    done = engine.run(verb, node, timeout_seconds=HALT_SECONDS, check=False)
    return done.stderr.decode(errors="replace").strip()[-300:] or f"exit code {done.code}" if done.code else ""


def _outage(state: str) -> str:
    return state if state in ("paused", "gone") else "stopped"


def _check_part(part: str) -> None:
    if part not in CONTROL_PLANE_PARTS:
        raise ClusterBroken(f"no part {part!r} in a control plane", hint=f"parts: {', '.join(CONTROL_PLANE_PARTS)}")
