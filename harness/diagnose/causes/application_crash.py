"""The cause `application-crash`: a program that ends by itself."""

from __future__ import annotations

from collections.abc import Iterator

from harness.diagnose.probes import killed
from harness.diagnose.telling import by_workload, objects, owner_of, told
from harness.diagnose.tried import copy_of, weighed
from harness.model.diagnosis import Cause, Layer, Suspicion, Symptom, Symptoms
from harness.model.scene import Scene
from harness.registry import CAUSES

NEVER_STARTED = ("StartError", "ContainerCannotRun", "OOMKilled", "ContainerStatusUnknown")
NO_PROGRAM = ("126", "127", "128")
FROM_OUTSIDE = ("137", "143")
"""128 + SIGKILL and 128 + SIGTERM: somebody else ended it."""


@CAUSES.enter("application-crash")
class ApplicationCrash(Cause):
    """The application ends by itself, with an error or though it should go on running.

    Kubernetes starts it again at ever longer intervals (CrashLoopBackOff), and nothing outside the container ends
    it: look at the last lines of its log, and at what the last release changed. A container that ends with exit
    code 0 runs a program that is over too early.
    """

    layer = Layer.APPLICATION
    decided_by = frozenset({"good-pod-here", "same-image-elsewhere"})

    def suspect(self, scene: Scene, symptoms: Symptoms) -> Iterator[Suspicion]:
        """Containers that end by themselves, and Jobs that gave up on failed pods."""
        ends = [each for each in symptoms.of("container-ended") if each.trouble and by_itself(symptoms, each)]
        for ref, group in by_workload(scene, ends):
            yield _suspicion(scene, symptoms, ref, group)
        for condition in symptoms.of("workload-condition"):
            if condition.facts["type"] == "Failed" and condition.facts["reason"] != "DeadlineExceeded":
                failed = [s for s in symptoms.of("pod-failed") if owner_of(scene, s.object) == condition.object]
                errors = [each for each in failed if each.facts["exit-code"] not in ("", *FROM_OUTSIDE, *NO_PROGRAM)]
                confidence = 0.85 if errors else 0.6
                yield Suspicion(
                    object=condition.object,
                    confidence=confidence,
                    supports=told(condition, *errors),
                    since=condition.at,
                )


def by_itself(symptoms: Symptoms, end: Symptom) -> bool:
    """Whether nobody else ended the container: no probe, no memory limit, and there was a program to run.

    A kubelet that gave up on a probe once or twice among many ends has not ended the others.
    """
    code, reason = end.facts["exit-code"], end.facts["reason"]
    if reason in NEVER_STARTED or code in NO_PROGRAM:
        return False
    kills = sum(int(each.facts["times"]) for each in killed(symptoms, end.object, end.facts["container"]))
    return not kills or (code not in FROM_OUTSIDE and kills * 2 < int(end.facts["restarts"]))


def _suspicion(scene: Scene, symptoms: Symptoms, ref: str, ends: list[Symptom]) -> Suspicion:
    outside = all(each.facts["exit-code"] in FROM_OUTSIDE for each in ends)
    pods = objects(ends)
    logs = [log for log in symptoms.of("log-error") if log.object in pods]
    contradicts = ["exit codes 137 and 143 mean that something else ended the container"] if outside else []
    copy = next((each for pod in pods if (each := copy_of(scene, pod.removeprefix("pod/")))), None)
    said = told(*ends, *sorted(logs, key=lambda log: log.facts["class"] == "error")[:2])
    return Suspicion(
        object=ref,
        confidence=weighed(0.5 if outside else 0.85, copy),
        supports=[*said, *([copy.told] if copy and copy.error else [])],
        contradicts=[*contradicts, *([copy.told] if copy and not copy.error else [])],
        explains=pods,
        decides="run the image with the same command by hand, and read the log of the container before",
        since=min(each.at for each in ends),
        facts={"container": ends[0].facts["container"], "exit-code": ends[0].facts["exit-code"]},
    )
