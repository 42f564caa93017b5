"""A change of a node itself, as a shell script with its undo, which the node keeps and runs if nobody else does."""

from __future__ import annotations

import msgspec

from harness.damage import marks
from harness.damage.site import Site, Touch
from harness.damage.step import Step
from harness.machine.process import Completed
from harness.model.errors import ClusterBroken, InjectionFailed

LIMIT_SECONDS = 900.0
"""After this long a node undoes a change by itself: the harness must be dead."""

# $1 folder, $2 id, $3 the step as JSON, $4 undo, $5 seconds, $6 what to do. The undo is on the node's disk first.
_DO = """
umask 077; mkdir -p "$1"; cd "$1"
printf %s "$3" >"$2.json"; printf '%s\\n' "$4" "rm -f $1/$2.*" >"$2.sh"; sync "$2.sh"
if [ -d /run/systemd/system ]; then
  systemctl is-active -q "healproof-$2.timer" ||
    systemd-run -q --unit="healproof-$2" --on-active="$5" --timer-property=AccuracySec=1s /bin/sh "$1/$2.sh"
else
  (setsid sh -c 'sleep "$1"; [ ! -e "$2" ] || sh "$2"' sh "$5" "$1/$2.sh" >/dev/null 2>&1 </dev/null &)
fi
exec sh -ec "$6"
"""
# $1 folder, $2 id, $3 undo
_UNDO = """
sh -ec "$3" || exit
rm -f "$1/$2".*; rmdir "$1" 2>/dev/null || true
[ ! -d /run/systemd/system ] || systemctl stop "healproof-$2.timer" "healproof-$2.service" 2>/dev/null || true
systemctl reset-failed "healproof-$2.service" 2>/dev/null || true
"""


class OnNode(Step, frozen=True, kw_only=True, tag="on-node"):
    """`script` is run as root by the node's `sh -e`, and `back` undoes it; both must be idempotent.

    `back` must be right wherever `script` was cut off. After `limit_seconds` the node runs `back` by itself.
    """

    node: str
    script: str
    back: str
    limit_seconds: float = LIMIT_SECONDS
    timeout_seconds: float = 60.0

    def touch(self) -> Touch:
        """The node."""
        return Touch("nodes", "", self.node, self.deed)

    def do(self, site: Site) -> None:
        """Leave the undo on the node, set its timer, run the script."""
        step = msgspec.json.encode(self).decode()
        words = (marks.NODE_FOLDER, self.id, step, self.back, f"{self.limit_seconds:.0f}", self.script)
        done = self._run(site, _DO, *words)
        if done.code != 0:
            raise InjectionFailed(f"{self.deed} on node {self.node}: {_said(done)}")

    def undo(self, site: Site) -> None:
        """Run the undo, then remove it and its timer from the node."""
        done = self._run(site, _UNDO, marks.NODE_FOLDER, self.id, self.back)
        if done.code != 0:
            raise ClusterBroken(f"{self.deed} on node {self.node}: {_said(done)}")

    def _run(self, site: Site, script: str, *words: str) -> Completed:
        argv = ["sh", "-c", script, "healproof", *words]
        done = site.node_exec(self.node, argv, timeout_seconds=self.timeout_seconds)
        if done.code == 137:
            raise ClusterBroken(f"node {self.node}: the command was killed")
        return done


def _said(done: Completed) -> str:
    text = (done.stderr or done.stdout).decode(errors="replace").strip()
    return text[-300:] or f"exit code {done.code}"
