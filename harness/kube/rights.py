"""What an identity must be allowed to ask of the API server, as data. It asks nothing, and knows no role."""

from __future__ import annotations

from typing import NamedTuple

from harness.kube.resources import resource

OWN = ""
"""The namespace that a scenario runs in, whatever its name."""
CLUSTER = "*"
"""Not in one namespace: an object that is in none, or those of all namespaces."""
ALL = "*"
"""Every resource, or every API group, as RBAC writes it."""

_NAMELESS = ("create", "list", "watch")


class Right(NamedTuple):
    """One verb on one resource (`pods`, `pods/log`): of the object `name`, or of any where it is empty."""

    verb: str
    group: str
    resource: str
    name: str = ""
    namespace: str = OWN


def may(
    verbs: str, plural: str, name: str = "", *, namespace: str = OWN, subresource: str = "", group: str | None = None
) -> list[Right]:
    """The rights to these verbs, separated by spaces; `group` is looked up unless it is given.

    The name counts where RBAC can hold a request to it: not for create, list and watch of whole objects. Raises
    BadInput for a resource that is not known.
    """
    if group is None:
        kind = resource(plural)
        group = kind.group_version.rpartition("/")[0]
        namespace = namespace if kind.namespaced else CLUSTER
    what = f"{plural}/{subresource}" if subresource else plural
    held = name if subresource else ""
    return [Right(verb, group, what, held if verb in _NAMELESS else name, namespace) for verb in verbs.split()]
