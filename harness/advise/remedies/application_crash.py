"""The remedy of `application-crash`: back to the release that ran, then the log."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl, logs
from harness.advise.template import rollback
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("application-crash")
class ApplicationCrash(Remedy):
    """Only the program's own people can mend it; the revision before may serve meanwhile."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What its exit code means, its last words, and the way back."""
        container, code = cause.facts.get("container", ""), cause.facts.get("exit-code", "")
        back = rollback(scene, cause.object)
        steps = [f"Read its last words: {logs(scene.namespace, cause.object, container, previous=True)}"]
        if back:
            steps.append(f"If it began with a release, go back: {back[1]}. Look first at what there is: {back[0]}")
        steps.append(
            "If it began without one, look at what it needs: configuration, a dependency, a volume, a certificate."
        )
        if code == "0":
            steps.append(
                "Exit code 0: the program is over. Let its command run in the foreground, or make it a Job if it is "
                "meant to end."
            )
        steps.append(
            "Once mended, start it at once instead of waiting out the back-off of up to 5 minutes: "
            f"{kubectl(scene.namespace, 'delete', 'pod', *_pods(cause))}"
        )
        meaning = f" with exit code {code}" if code else ""
        yield Advice(
            text=f"The program in container {container or '(see evidence)'} ends by itself{meaning}. No setting of "
            "Kubernetes mends that: find out why from its log, and go back to the release before if there was one.",
            severity=Severity.CRITICAL,
            steps=steps,
        )


def _pods(cause: Named) -> list[str]:
    return [each.partition("/")[2] for each in cause.explains if each.startswith("pod/")] or ["POD"]
