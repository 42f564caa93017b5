"""The timeline: everything observed during one scenario, in order of observation, on one monotonic clock.

One entry is one line of `timeline.jsonl`. `t` is seconds since the timeline began. The judge reads nothing else.
"""

from __future__ import annotations

from typing import Any

import msgspec

from harness.model.objects import LEAN_TYPES, Lean
from harness.model.timers import Timers

SCHEMA = "healproof/timeline/v1"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all entries."""

    t: float


class Header(Entry, frozen=True, kw_only=True, tag_field="entry", tag="header"):
    """The first entry: what was run, on what, and when by the calendar."""

    schema: str = SCHEMA
    scenario: dict[str, Any]
    namespace: str
    cluster: str
    provider: str
    kubernetes_version: str = ""
    capabilities: list[str] = []
    started_at: str = ""
    harness_version: str = ""
    timers: Timers | None = None


class Phase(Entry, frozen=True, kw_only=True, tag_field="entry", tag="phase"):
    """A phase of the runner begins: baseline, inject, hold, diagnose, undo, converge, residue, stop."""

    name: str


class Change(Entry, frozen=True, kw_only=True, tag_field="entry", tag="change"):
    """A watch delivered an object. `op` is listed (state when the watch began), added, modified or deleted."""

    op: str
    resource: str
    object: Any  # msgspec gives builtins; `decode_entry` turns them into the type of LEAN_TYPES


class Gap(Entry, frozen=True, kw_only=True, tag_field="entry", tag="gap"):
    """A watch missed what happened between `since` and `t`; the list that follows closes the gap."""

    resource: str
    since: float
    reason: str


class Stalled(Entry, frozen=True, kw_only=True, tag_field="entry", tag="stalled"):
    """The harness itself was not running between `since` and `t`: what came meanwhile was seen late."""

    since: float


class Anchor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the watch must show for a fault to have bitten one object.

    `kind` is one of: `pod-gone` (the pod with `uid` is terminating, deleted or replaced), `container-ended` (the
    pod's `container` has terminated or has more restarts than `count`), `not-ready` (the pod with `uid` is not
    ready), `node-cordoned`, `generation` (the object's generation is above `count`), `event` (an Event that was
    seen after the injection, about an object whose name begins with `name` and whose uid is not in `apart_from`,
    with `text` in its message), `node-not-ready`, `node-tainted` (`text` is the taint's key), `condition` (`text` is
    `Type=Status`, or a reason), `observed` (the controller has acted on a generation above `count`),
    `terminating` (the object with `uid` is being deleted), `no-endpoints` (no ready endpoint of Service `name`), and
    of a pod whose name begins with `name` and whose uid is not in `apart_from`: `pod-new`, `pod-waiting` (a
    container waits, its reason matches the pattern `text`), `pod-unschedulable` (`text` is in the scheduler's
    message), `pod-crashed` (a container ended with this reason or exit code).
    """

    kind: str
    resource: str
    name: str
    uid: str = ""
    container: str = ""
    count: int = 0
    text: str = ""
    apart_from: list[str] = []


class Injected(Entry, frozen=True, kw_only=True, tag_field="entry", tag="injected"):
    """A fault's call was acknowledged at `t`; it was sent at `sent`. `index` counts the injections from 0.

    They are counted fault by fault, each with its rounds, whatever their order in time.

    `anchors` say what must appear in the watch before anything may be called recovered. A fault that `blinds` takes
    the API away: while it lasts the watches miss things because of it, and for nobody's fault.
    """

    index: int
    fault: str
    sent: float
    targets: list[str] = []
    anchors: list[Anchor] = []
    blinds: bool = False


class Written(Entry, frozen=True, kw_only=True, tag_field="entry", tag="written"):
    """A write of the harness itself, other than a fault, was acknowledged at `t`; it was sent at `sent`.

    The watch must show the object with `uid` at `version`: how much later it does is the delay of the watch.
    """

    resource: str
    name: str
    uid: str
    version: str
    sent: float


class State(Entry, frozen=True, kw_only=True, tag_field="entry", tag="state"):
    """The namespace's objects as facts by subject, without what is new at every look; `when` is before or after.

    Read anew for promises that ask for it: at the end of the baseline, and when all else has been decided.
    """

    when: str
    facts: dict[str, list[str]]


class Evidence(Entry, frozen=True, kw_only=True, tag_field="entry", tag="evidence"):
    """Another source than the injecting call shows that the fault bit (`bit`) or did not."""

    index: int
    source: str
    seen: str
    bit: bool = True


class Undone(Entry, frozen=True, kw_only=True, tag_field="entry", tag="undone"):
    """A fault was put back: `sent` before the call, `t` when it was acknowledged; `error` where it failed."""

    index: int
    sent: float
    error: str = ""


class Request(Entry, frozen=True, kw_only=True, tag_field="entry", tag="request"):
    """One request of the availability traffic ended at `t`; `began` is on the same clock.

    `error` is empty for a success, else what the client saw.
    """

    service: str
    began: float
    error: str = ""


class Note(Entry, frozen=True, kw_only=True, tag_field="entry", tag="note"):
    """Something worth reading that decides nothing by itself; `source` is the part of the harness."""

    source: str
    text: str


class Broken(Entry, frozen=True, kw_only=True, tag_field="entry", tag="broken"):
    """Something without which no verdict can be trusted: the cluster died, residue was found, an observer ended.

    One that is `passing` is over once the observer is heard of again: a watch by a Gap, traffic by a Request.
    """

    source: str
    text: str
    passing: bool = False


AnyEntry = (
    Header | Phase | Change | Gap | Stalled | Injected | Written | State | Evidence | Undone | Request | Note | Broken
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


def encode_entry(entry: AnyEntry) -> bytes:
    """One line of `timeline.jsonl`, without the newline."""
    return _encoder.encode(entry)


def decode_entry(line: bytes) -> AnyEntry:
    """Read one line; raises msgspec.ValidationError where it is not an entry."""
    entry = _decoder.decode(line)
    if isinstance(entry, Change):
        lean: type[Lean] = LEAN_TYPES[entry.resource]
        return msgspec.structs.replace(entry, object=msgspec.convert(entry.object, lean))
    return entry
