"""The life of clusters over all providers: made, reused, replaced, listed, removed. Knows no provider's ways."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from typing import NamedTuple

from harness.machine.locks import locked
from harness.machine.progress import Progress
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, ClusterBroken
from harness.providers.base import Leftover, Provider
from harness.providers.cluster_files import (
    cluster_dir,
    load_record,
    load_records,
    lock_path,
    record_path,
    save_record,
)
from harness.providers.lease import in_use

__all__ = ["load_record", "load_records", "record_path", "save_record"]

_NAME_MAX = 50


class Row(NamedTuple):
    """One line of `healproof list`."""

    record: ClusterRecord
    alive: bool


class Found(NamedTuple):
    """A leftover, and the name of the provider that can remove it."""

    provider: str
    leftover: Leftover


def up(
    provider: str,
    shape: str,
    *,
    progress: Progress,
    name: str | None = None,
    reuse: bool = True,
    using: Provider | None = None,
) -> ClusterRecord:
    """A cluster of that provider and shape: the one of that name where it lives, else a new one in its place.

    Of any number of processes that ask for the same name at once, one makes it and the others get it. `using` is
    the provider to use instead of the registered one (kubeconfig's is made for one context). Raises BadInput for an
    unknown provider or shape and where the name is another shape's, HealproofError where the cluster cannot be made.
    """
    chosen = using or provider_named(provider)
    name = name or cluster_name(provider, shape)
    with locked(lock_path(name)):
        before = load_record(name)
        if before is not None:
            _same_kind(before, provider, shape)
            if reuse and chosen.alive(before):
                return before
            if in_use(before):
                raise ClusterBroken(
                    f"cluster {name} {'is in use' if not reuse else 'does not answer, and another run is using it'}",
                    hint="wait until that run ends, or give another name",
                )
            progress.say(f"cluster {name} {'is replaced' if not reuse else 'died; it is replaced'}")
            _bring_down(before)
        record = chosen.up(name, shape, progress)
        save_record(record)
        return record


def down(name: str) -> None:
    """Remove a cluster with all its files; raises BadInput where no cluster has that name."""
    with locked(lock_path(name)):
        record = load_record(name)
        if record is None:
            names = ", ".join(each.name for each in load_records()) or "none"
            raise BadInput(f"no cluster {name!r}", hint=f"clusters here: {names}")
        _bring_down(record)


def down_all() -> list[str]:
    """Remove every cluster; gives their names."""
    names = [record.name for record in load_records()]
    for name in names:
        down(name)
    return names


def list_clusters() -> list[Row]:
    """Every cluster with a record, and whether it lives."""
    return [Row(record, provider_named(record.provider).alive(record)) for record in load_records()]


def attach(record: ClusterRecord) -> Provider:
    """The provider that can reach a cluster, from its record alone."""
    return provider_named(record.provider)


def leftovers() -> list[Found]:
    """What dead clusters and interrupted work left on this machine."""
    known = load_records()
    return [Found(name, leftover) for name, make in _providers().items() for leftover in _left_by(make(), known)]


def remove_leftovers() -> list[Found]:
    """Remove all that `leftovers` finds; gives what was removed."""
    found = leftovers()
    for name, leftover in found:
        provider_named(name).remove(leftover)
    return found


def cluster_name(provider: str, shape: str, suffix: str = "") -> str:
    """`healproof-<provider>-<shape>`, with a suffix where several of one kind live side by side (xdist workers).

    Words with letters that no cluster name may have, such as a context's, are shortened and made distinct by a hash.
    """
    plain = "-".join(word for word in ("healproof", provider, shape, suffix) if word)
    legible = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if legible == plain and len(plain) <= _NAME_MAX:
        return plain
    mark = hashlib.sha256(plain.encode()).hexdigest()[:6]
    return f"{legible[: _NAME_MAX - len(mark) - 1].rstrip('-')}-{mark}"


def provider_named(name: str) -> Provider:
    """The provider of that name; raises BadInput where there is none."""
    make = _providers().get(name)
    if make is None:
        raise BadInput(f"no provider {name!r}", hint=f"providers are: {', '.join(_providers())}")
    return make()


def _providers() -> Mapping[str, Callable[[], Provider]]:
    return {"kind": _kind, "kwok": _kwok, "kubeconfig": _kubeconfig}


def _kind() -> Provider:
    from harness.providers.kind import KindProvider  # noqa: PLC0415 - each provider costs start-up time only when used

    return KindProvider()


def _kwok() -> Provider:
    from harness.providers.kwok import KwokProvider  # noqa: PLC0415

    return KwokProvider()


def _kubeconfig() -> Provider:
    from harness.providers.kubeconfig import KubeconfigProvider  # noqa: PLC0415

    return KubeconfigProvider()


def _same_kind(record: ClusterRecord, provider: str, shape: str) -> None:
    if (record.provider, record.shape) != (provider, shape):
        raise BadInput(
            f"cluster {record.name} is a {record.provider} cluster of shape {record.shape}, not {provider} {shape}",
            hint=f"choose another name, or `healproof down {record.name}` first",
        )


def _bring_down(record: ClusterRecord) -> None:
    provider_named(record.provider).down(record)
    # the record goes last: until then an interrupted removal is found and repeated
    shutil.rmtree(cluster_dir(record.name), ignore_errors=True)


def _left_by(provider: Provider, known: list[ClusterRecord]) -> list[Leftover]:
    return provider.leftovers([record for record in known if record.provider == provider.name])
