"""Objects of the API server decoded into the types of a scene: lean, without values of Secrets. Judges nothing."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from harness.gather.discreet import without_secrets
from harness.gather.reading import Reading, reason_of
from harness.kube.client import Client
from harness.kube.resources import resource
from harness.model.full.pods import Container, Pod
from harness.model.full.workloads import Keys, Workload
from harness.model.objects import Lean, ObjectMeta
from harness.model.scene import FULL_TYPES

_NAMES_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
# from the server's cache: it costs the server little, and it answers even where etcd does not
_CACHED = {"resourceVersion": "0"}


def read_objects(
    client: Client, reading: Reading, plural: str, namespace: str | None, *, about: str = ""
) -> list[Lean]:
    """All objects of a resource, by namespace and name; `about` is the kind of objects that Events are wanted of.

    Raises ApiError, ClusterBroken, msgspec.MsgspecError.
    """
    query = {**_CACHED, **({"fieldSelector": f"involvedObject.kind={about}"} if about else {})}
    answer = client.request(
        "GET",
        resource(plural).path(namespace),
        query=query,
        accept=_NAMES_ONLY if plural == "secrets" else "application/json",
        timeout_seconds=reading.left(),
    )
    return [without_secrets(each) for each in decode(plural, answer, reading.miss)]


def read_keys(client: Client, reading: Reading, namespace: str, name: str) -> list[str]:
    """The names of a Secret's keys; its values go no further than this function.

    Raises ApiError, ClusterBroken, msgspec.MsgspecError.
    """
    answer = client.request("GET", resource("secrets").path(namespace, name), timeout_seconds=reading.left())
    return _decode_keys(answer).names()


def decode(plural: str, answer: bytes, miss: Callable[[str, str], None]) -> list[Lean]:
    """The objects in a list; one that is not as its type has it is left out and told."""
    found: list[Lean] = []
    for item in _decode_list(answer).items or []:
        try:
            thing = _DECODE[plural](item)
        except msgspec.ValidationError as error:
            miss(f"one of {plural}", reason_of(error))
            continue
        found.append(thing.without_values() if isinstance(thing, _WithKeys) else thing)
    return sorted(found, key=lambda thing: (meta_of(thing).namespace, meta_of(thing).name))


def keyed_secrets(pods: list[Pod], workloads: list[Workload]) -> list[str]:
    """The Secrets of which a container wants a certain key."""
    templates = [workload.spec.template.spec for workload in workloads]
    containers = [
        container
        for spec in (*(pod.spec for pod in pods), *templates)
        for container in (*spec.init_containers, *spec.containers)
    ]
    return sorted({name for container in containers for name in _keyed_by(container)})


def _keyed_by(container: Container) -> list[str]:
    sources = (variable.value_from for variable in container.env)
    return [source.secret_key_ref.name for source in sources if source and source.secret_key_ref]


def meta_of(thing: Lean) -> ObjectMeta:
    """The metadata of an object of a scene."""
    meta: ObjectMeta = thing.metadata  # type: ignore[attr-defined]  # every type of a scene has it
    return meta


class _List(msgspec.Struct):
    items: list[msgspec.Raw] | None = None


class _WithKeys(Lean, frozen=True):
    """A ConfigMap or Secret on its way: the values are never decoded."""

    metadata: ObjectMeta = ObjectMeta()
    data: dict[str, msgspec.Raw] | None = None
    binary_data: dict[str, msgspec.Raw] | None = None

    def names(self) -> list[str]:
        """The names of its keys."""
        return sorted({**(self.data or {}), **(self.binary_data or {})})

    def without_values(self) -> Keys:
        """What a scene keeps of it."""
        return Keys(metadata=self.metadata, keys=self.names())


# made before any thread decodes: two threads that meet a type for the first time crash msgspec 0.22
_decode_list = msgspec.json.Decoder(_List).decode
_decode_keys = msgspec.json.Decoder(_WithKeys).decode
_DECODE: dict[str, Callable[[msgspec.Raw], Lean]] = {
    plural: _decode_keys if kind is Keys else msgspec.json.Decoder(kind).decode for plural, kind in FULL_TYPES.items()
}
