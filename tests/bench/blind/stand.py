"""One namespace with the applications that stand in it: how they are placed and edited as a user would do it.

Nothing here says who broke what: requests carry the names that kubectl gives itself.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.kube import actions
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.machine.clock import wait_until
from harness.model.cluster import ClusterRecord
from harness.model.patch import merge
from tests.bench.blind.apps import App, Object

STEADY_SECONDS = 90
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


@dataclass
class Stand:
    """A namespace where `app` is what a case breaks; `live` says whether it was whole before.

    With `live` false a case edits manifests that nobody has applied yet. `after` are what puts things back that live
    outside of the namespace.
    """

    client: Client
    record: ClusterRecord
    namespace: str
    draw: random.Random
    app: App
    bystanders: list[App] = field(default_factory=list)
    live: bool = False
    extra: list[Object] = field(default_factory=list)
    after: list[Callable[[], object]] = field(default_factory=list)

    def beside(self, app: App) -> Stand:
        """The same namespace, with another application to break."""
        return Stand(self.client, self.record, self.namespace, self.draw, app)

    def place(self) -> None:
        """Apply everything that stands here, bystanders first."""
        for each in self.extra:
            self.add(each, now=True)
        for app in [*self.bystanders, self.app]:
            for manifest in [*app.others, app.workload]:
                self._create(manifest)
        self.live = True

    def change(self, patch: Object) -> None:
        """Edit the workload by a strategic merge patch."""
        if self.live:
            body = {"fieldManager": "kubectl-edit"}
            path = resource(self.app.plural).path(self.namespace, self.app.name)
            flavour = "application/strategic-merge-patch+json"
            self.client.request("PATCH", path, body=patch, query=body, content_type=flavour)
        else:
            self.app.workload.update(merge(self.app.workload, patch))

    def change_pods(self, spec: Object) -> None:
        """Edit the spec of its pod template."""
        self.change({"spec": {"template": {"spec": spec}}})

    def change_container(self, part: Object) -> None:
        """Edit the container that serves."""
        self.change_pods({"containers": [{"name": self.app.container, **part}]})

    def container(self) -> Object:
        """The container that serves, as it is declared."""
        every = self.app.workload["spec"]["template"]["spec"]["containers"]
        found: Object = next(each for each in every if each["name"] == self.app.container)
        return copy.deepcopy(found)

    def edit(self, plural: str, name: str, patch: Object) -> None:
        """Merge a patch into another object, which is already there."""
        path = resource(plural).path(self.namespace, name)
        flavour = "application/merge-patch+json"
        query = {"fieldManager": "kubectl-edit"}
        self.client.request("PATCH", path, body=patch, query=query, content_type=flavour)

    def add(self, manifest: Object, *, now: bool = False) -> None:
        """Add an object to the namespace: at once, or with everything else."""
        if self.live or now:
            self._create(manifest)
        else:
            self.extra.append(manifest)

    def renew(self) -> None:
        """Have one pod more made: the workload is scaled up, or a pod is deleted."""
        if not self.live:
            return
        if self.draw.random() < 0.5:
            self.scale(self.app.workload["spec"]["replicas"] + 1)
        else:
            pod = self.draw.choice(self.pods())
            actions.delete(self.client, "pods", pod["metadata"]["name"], self.namespace, grace_seconds=0)

    def scale(self, replicas: int) -> None:
        """`kubectl scale`."""
        path = f"{resource(self.app.plural).path(self.namespace, self.app.name)}/scale"
        query = {"fieldManager": "kubectl"}
        body = {"spec": {"replicas": replicas}}
        self.client.request("PATCH", path, body=body, query=query, content_type="application/merge-patch+json")

    def pods(self, app: App | None = None) -> list[Object]:
        """Its pods as the API server has them."""
        return actions.listed(self.client, "pods", self.namespace, labels=(app or self.app).selector)

    def steady(self) -> bool:
        """Wait until everything that stands here is whole."""
        whole = wait_until(self._whole, timeout_seconds=STEADY_SECONDS, every_seconds=0.3)
        return bool(whole)

    def remove(self) -> None:
        """Take the namespace away, and what was made elsewhere back."""
        for back in reversed(self.after):
            back()
        for pod in actions.listed(self.client, "pods", self.namespace):
            if pod["metadata"].get("finalizers"):
                actions.merge_patch(
                    self.client, "pods", pod["metadata"]["name"], {"metadata": {"finalizers": None}}, self.namespace
                )
        actions.delete_namespace(self.client, self.namespace)

    def _whole(self) -> bool:
        return all(self._ready(app) for app in [self.app, *self.bystanders])

    def _ready(self, app: App) -> bool:
        found = actions.get(self.client, app.plural, app.name, self.namespace)
        status, wanted = found.get("status", {}), found["spec"]["replicas"]
        seen = status.get("observedGeneration") == found["metadata"]["generation"]
        same = status.get("replicas", 0) == wanted and status.get("updatedReplicas", 0) == wanted
        return bool(seen and same and status.get("readyReplicas", 0) == wanted)

    def _create(self, manifest: Object) -> None:
        """As `kubectl apply` and `kubectl create` do: only the first leaves its words on the object."""
        body = {**manifest, "metadata": {**manifest["metadata"], "namespace": self.namespace}}
        manager = "kubectl-create"
        if self.draw.random() < 0.5:
            told = json.dumps(body, separators=(",", ":")) + "\n"
            body["metadata"]["annotations"] = {**body["metadata"].get("annotations", {}), LAST_APPLIED: told}
            manager = "kubectl-client-side-apply"
        kind = actions.find_resource(self.client, manifest)
        where = kind.path(self.namespace if kind.namespaced else None)
        self.client.request("POST", where, body=body, query={"fieldManager": manager})


def events(stand: Stand) -> list[dict[str, Any]]:
    """The namespace's Events."""
    return actions.listed(stand.client, "events", stand.namespace)
