"""The remedy of `config-missing`: the ConfigMap, Secret or key that the containers wait for."""

from __future__ import annotations

from collections.abc import Iterator

from harness.advise.declared import setting, settings
from harness.advise.kubectl import events, kubectl
from harness.advise.template import rollback
from harness.model.advice import Advice, Severity
from harness.model.diagnosis import Named, Remedy
from harness.model.scene import Scene
from harness.registry import REMEDIES


@REMEDIES.enter("config-missing")
class ConfigMissing(Remedy):
    """A skeleton with the keys that are wanted; the values come from where it is declared."""

    def advise(self, cause: Named, scene: Scene) -> Iterator[Advice]:
        """What is missing, made."""
        kind, name, key = (cause.facts.get(part, "") for part in ("kind", "name", "key"))
        if not name:
            yield Advice(
                text="Read which ConfigMap, Secret or key the containers wait for, and create it.",
                severity=Severity.CRITICAL,
                commands=[events(scene.namespace, each) for each in cause.explains if each.startswith("pod/")][:1],
            )
            return
        patch = setting(scene, kind, name, key) if key else settings(scene, kind, name)
        what = f"key {key} of {kind} {name}" if key else f"{kind} {name}"
        yield Advice(
            text=f"Create {what}, from where it is declared if it is; else from this skeleton, with each FILL-IN "
            "replaced. The containers start by themselves within two minutes. If the name is a mistake, correct it in "
            "the pod template instead.",
            severity=Severity.CRITICAL,
            patches=[patch],
            commands=[kubectl(scene.namespace, "get", f"{kind}s"), *rollback(scene, cause.object)[1:2]],
        )
