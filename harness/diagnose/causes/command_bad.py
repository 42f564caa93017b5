"""The cause `command-bad`: a command that the image cannot run."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.causes.application_crash import NO_PROGRAM
from harness.diagnose.telling import by_workload, objects, told
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

_SAYS_SO = {"StartError": 0.85, "ContainerCannotRun": 0.85, "RunContainerError": 0.6, "CreateContainerError": 0.5}
"""How sure the runtime's reason is by itself, where its message is not kept."""
_WORDS = ("executable file not found", "no such file or directory", "permission denied", "exec format error", "exec:")


@CAUSES.enter("command-bad")
class CommandBad(Cause):
    """The container's command cannot be run: it is not in the image, may not be executed, or is made for another kind.

    The application never starts, so it has no log. Compare `command` and `args` with what the image contains.
    """

    layer = Layer.CONFIGURATION
    outranks = frozenset({"application-crash"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that the runtime could not start, and shells that did not find their program."""
        found = [each for each in symptoms.of("container-ended", "container-waiting") if each.trouble]
        said = [each for each in found if _confidence(each)]
        for ref, group in by_workload(scene, said):
            yield Suspicion(
                object=ref,
                confidence=max(map(_confidence, group)),
                supports=told(*group),
                explains=objects(group),
                decides="run the image with this command by hand",
                since=min((each.at for each in group if each.at), default=0.0),
                facts={"container": group[0].facts["container"]},
            )


def _confidence(symptom: Symptom) -> float:
    facts = symptom.facts
    if facts["reason"] in _SAYS_SO:
        said = any(word in facts["message"] for word in _WORDS)
        return 0.95 if said else 0.5 if facts["message"] else _SAYS_SO[facts["reason"]]
    return 0.8 if symptom.kind == "container-ended" and facts["exit-code"] in NO_PROGRAM else 0.0
