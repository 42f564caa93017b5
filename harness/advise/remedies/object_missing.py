"""The remedy of `object-missing`: the object made again from what refers to it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.declared import manifest, service, settings
from harness.advise.kubectl import kubectl
from harness.advise.storage import let_go
from harness.model.advice import Advice, Patch, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES

_SEVERITY = {"service": Severity.CRITICAL, "persistentvolumeclaim": Severity.CRITICAL}


@REMEDIES.enter("object-missing")
class ObjectMissing(Remedy):
    """First from where it is declared; else a skeleton."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """By the kind of object."""
        kind, name = cause.facts.get("kind", ""), cause.facts.get("name", "")
        users = cause.facts.get("users", "")
        if kind == "persistentvolumeclaim":
            yield _claim(scene, name, users)
            return
        patch = _made(scene, kind, name, users)
        running = " What runs has its old copy until it is started anew." if kind in ("configmap", "secret") else ""
        yield Advice(
            text=f"Create {kind} {name} again, from where it is declared if it is ({users or 'a workload'} needs it)."
            + (f" This is a skeleton from what refers to it.{_filled(patch)}" if patch else "")
            + running,
            severity=_SEVERITY.get(kind, Severity.HIGH),
            patches=[patch] if patch else [],
            commands=[kubectl(scene.namespace, "get", f"{kind}s")] if kind else [],
        )


def _made(scene: Scene, kind: str, name: str, users: str) -> Patch | None:
    if kind == "service":
        governs = users if users.startswith("statefulset/") and _is_governed(scene, users, name) else ""
        return service(scene, name, governs=governs)
    if kind in ("configmap", "secret"):
        return settings(scene, kind, name)
    return manifest(scene, kind, name) if kind == "serviceaccount" else None


def _is_governed(scene: Scene, ref: str, name: str) -> bool:
    return any(each == ref and workload.spec.service_name == name for each, workload in scene.workloads())


def _filled(patch: Patch) -> str:
    return " Replace each FILL-IN." if "FILL-IN" in str(patch.body) else ""


def _claim(scene: Scene, name: str, users: str) -> Advice:
    return Advice(
        text=f"Find out what became of the volume of claim {name} before you make the claim again: a new claim gets a "
        "new, empty volume unless it is told to take the old one.",
        severity=Severity.CRITICAL,
        steps=[
            (
                "Look for a volume that was the claim's (CLAIM column), and its reclaim policy: "
                f"{kubectl('', 'get', 'persistentvolumes')}"
            ),
            (
                f"One is there in phase Released: it has the data. Set it free ({let_go('VOLUME')}), and create the "
                "claim with spec.volumeName: VOLUME and the volume's size and class."
            ),
            "None is: restore a backup or a snapshot into a new claim of that name.",
            f"The pods that wait for it ({users or 'see evidence'}) are scheduled by themselves once it is bound.",
        ],
        lost="with reclaim policy Delete the volume went with the claim: all data since the last backup",
        safe="with reclaim policy Retain the volume and all of its data",
    )
