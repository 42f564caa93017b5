"""The remedy of `finalizer-stuck`: its controller; the finalizer itself last, and knowingly."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.kubectl import kubectl
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_STORAGE = ("persistentvolumeclaim/", "persistentvolume/")


@REMEDIES.enter("finalizer-stuck")
class FinalizerStuck(Remedy):
    """A finalizer is a promise to clean up: whoever made it must keep it."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """Steps only: what taking it off leaves behind cannot be known from here."""
        names = cause.facts.get("finalizers", "").split(",")
        domains = sorted({each.partition("/")[0] for each in names if each})
        volumes = cause.object.startswith(_STORAGE)
        inside = "" if cause.object.startswith("persistentvolume/") else scene.namespace
        whole = kubectl(inside, "get", cause.object, "-o", "jsonpath={.metadata.finalizers}")
        off = kubectl(inside, "patch", cause.object, "--type=merge", "-p", '{"metadata": {"finalizers": null}}')
        yield Advice(
            text=f"Find who is to take {' and '.join(names)} off {cause.object}, and mend that. It was "
            "deleted, and its "
            "name is taken until then.",
            severity=Severity.HIGH,
            steps=[
                f"See which are left: {whole}",
                f"Find the controller that they are named for ({', '.join(domains)}), and whether it runs: "
                + kubectl("", "get", "pods", "--all-namespaces"),
                "Mend the controller, or install it again: it then cleans up and takes the finalizer off by itself.",
                (
                    "Only if it is gone for good, and you have cleaned up by hand what it was to clean up "
                    "(a cloud disk, an "
                    f"address, a DNS entry, a backup): {off}. WARNING: that takes off every finalizer, and "
                    "what they guard "
                    "stays behind, unknown to anybody."
                ),
            ],
            lost="nothing yet: it is deleted in name only" if volumes else "",
            safe="the volume's data, as long as the finalizer stays" if volumes else "",
        )
