"""What people, programs and kubectl are told."""

from __future__ import annotations

import json

from harness.probes.recommend import Wish, recommend
from harness.probes.subject import Kind
from harness.probes.telling import data, patch_of, text

from .cases import HTTP, stalled, subject, written

HARD = Wish(10.0, 1.0)


def test_what_contradicts_itself_is_not_in_the_patch() -> None:
    """Stalls of twenty seconds and a detection within ten: the owner says which wish gives way."""
    seen = subject(None, stalled((100, 120), (300, 320)))
    tuned = recommend(seen, HARD)
    patch = patch_of(seen, tuned)
    assert patch is not None
    (container,) = patch.body["spec"]["template"]["spec"]["containers"]
    assert container.keys() == {"name", "startupProbe", "readinessProbe"}
    told = " ".join(text(seen, tuned, HARD).split())
    assert "(not as wished)" in told
    assert "to see none it takes a detection of" in told


def test_what_stays_is_told_once_and_not_patched() -> None:
    """No before, no after, no command."""
    probes = {Kind.READINESS: written(1, 1, 2)}
    seen = subject(probes, stalled())
    tuned = recommend(seen, Wish())
    assert patch_of(seen, tuned) is None
    told = text(seen, tuned, Wish())
    assert "stays   initialDelay 0, period 1" in told
    assert "before" not in told
    assert "kubectl" not in told


def test_data_is_json_also_where_nothing_bounds_it() -> None:
    """Infinity is no JSON: what nobody knows is null."""
    seen = subject()
    told = json.loads(json.dumps(data(seen, recommend(seen, Wish()), Wish()), allow_nan=False))
    liveness = next(each for each in told["probes"] if each["probe"] == "livenessProbe")
    assert liveness["predicted_after"]["false_alarms_monthly"]["high"] is None
    assert liveness["predicted_after"]["killed_starts"] is None


def test_a_probe_asks_as_its_own_says_or_as_liveness_does() -> None:
    """And never as readiness does."""
    other = {"tcpSocket": {"port": 1}}
    assert subject({Kind.LIVENESS: written(), Kind.READINESS: other}).handler(Kind.READINESS) == other
    assert subject({Kind.LIVENESS: written(), Kind.READINESS: other}).handler(Kind.STARTUP) == HTTP
    assert subject({Kind.READINESS: other}).handler(Kind.STARTUP) == {}
    assert subject({Kind.READINESS: other}).handler(Kind.LIVENESS) == {}
