"""How long the pods of the baseline took to be ready, as the watch showed them. Decides nothing."""

from __future__ import annotations

from harness.model.objects import Pod
from harness.model.picture import Picture
from harness.model.timeline import AnyEntry, Change
from harness.model.units import Ref


class StartUps:
    """Folds the watch until the faults begin: from a pod's first sight to its first readiness, in seconds."""

    def __init__(self) -> None:
        self._made: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def see(self, entry: AnyEntry) -> None:
        """Take in one entry; a pod that was there before the watch began says nothing."""
        if not isinstance(entry, Change) or not isinstance(entry.object, Pod):
            return
        pod = entry.object
        if entry.op == "added" and not pod.ready:
            self._made.setdefault(pod.metadata.uid, entry.t)
        if pod.ready and pod.metadata.uid in self._made:
            self._took.setdefault(pod.metadata.uid, entry.t - self._made[pod.metadata.uid])

    def slowest(self, picture: Picture, of: Ref) -> float | None:
        """The slowest start-up of a workload's pods; None where none was seen."""
        uids = [pod.metadata.uid for pod in picture.pods_of(of)]
        return max((self._took[uid] for uid in uids if uid in self._took), default=None)
