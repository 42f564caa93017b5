"""An object read, changed and written back, again while somebody else was quicker. Knows no step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from harness.damage.site import Site, Touch
from harness.kube import actions
from harness.model.errors import ApiError, InjectionFailed

_TRIES = 20
"""How often a busy object is read and written anew."""

Document = dict[str, Any]


def rewrite(site: Site, touch: Touch, change: Callable[[Document], None], *, subresource: str = "") -> bool:
    """Let `change` work on the object as it stands, and store what came of it; gives whether the object was there.

    What `change` leaves alone is not written. Raises InjectionFailed where the object changes too often.
    """
    namespace = touch.namespace or None
    for _ in range(_TRIES):
        document = actions.find(site.client, touch.resource, touch.name, namespace)
        if document is None:
            return False
        before = msgspec.json.encode(document)
        change(document)
        if msgspec.json.encode(document) == before:
            return True
        try:
            actions.replace(site.client, touch.resource, document, namespace, subresource=subresource)
        except ApiError as error:
            if error.status == 404:
                return False
            if error.status != 409:
                raise
        else:
            return True
    raise InjectionFailed(f"{touch.resource}/{touch.name} changes too often to be written: {_TRIES} tries")
