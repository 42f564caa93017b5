"""What the API server says of itself."""

from __future__ import annotations

import pytest

from harness.gather.control_plane import checks_of, read_dns_config, read_health
from harness.gather.reading import Reading
from harness.kube.client import Client
from harness.machine.clock import Monotonic
from harness.model.errors import ApiError

from .api import Api

FAILED = b"""[+]ping ok
[+]log ok
[-]etcd failed: reason withheld
[+]poststarthook/start-apiextensions-informers ok
readyz check failed
"""


def test_each_check_is_told_by_its_name() -> None:
    """Those that pass too: that a check was made is worth knowing."""
    assert checks_of(FAILED.decode()) == {
        "ping": "ok",
        "log": "ok",
        "etcd": "failed: reason withheld",
        "poststarthook/start-apiextensions-informers": "ok",
    }


def test_a_refusal_that_lists_checks_is_an_answer(api: Api, client: Client) -> None:
    """An unready API server answers 500 with the checks in its body; its time comes with it."""
    api.answers["/readyz"], api.statuses["/readyz"] = FAILED, 500
    with Reading(Monotonic(), 5) as reading:
        health = read_health(client, reading, Monotonic())
    assert health.look.good is False
    assert health.look.facts["etcd"] == "failed: reason withheld"
    assert health.look.facts["readyz"] == "failed: 500"
    assert float(health.look.facts["latency-seconds"]) >= 0
    assert health.at is not None


def test_a_silent_server_is_a_finding(api: Api, client: Client) -> None:
    """Nobody has to wait for the end of the reading to know."""
    api.silent.add("/readyz")
    with Reading(Monotonic(), 0.4) as reading:
        health = read_health(client, reading, Monotonic())
    assert (health.look.good, health.look.facts, health.at) == (False, {"readyz": "failed: timed out"}, None)


def test_a_server_that_is_silent_for_its_etcd_alone_names_it(api: Api, client: Client) -> None:
    """It answers at once when the checks of etcd are left out, so it is these that do not end."""
    api.silent.add("/readyz?verbose=")
    api.answers["/readyz"] = b"ok"
    with Reading(Monotonic(), 1.5) as reading:
        health = read_health(client, reading, Monotonic())
    assert health.look.good is False
    assert health.look.facts["etcd"] == "failed: timed out, while every other check is answered"
    assert health.at is not None


def test_a_server_that_keeps_its_health_to_itself_is_not_unwell(api: Api, client: Client) -> None:
    """An identity that may not ask learns nothing, neither good nor bad."""
    api.statuses["/readyz"] = 403
    with Reading(Monotonic(), 5) as reading, pytest.raises(ApiError):
        read_health(client, reading, Monotonic())


def test_the_corefile_is_read_whole(api: Api, client: Client) -> None:
    """It says how names are answered and holds no secret."""
    path = "/api/v1/namespaces/kube-system/configmaps/coredns"
    api.answers[path] = {"data": {"Corefile": ".:53 {\n}\n"}}
    with Reading(Monotonic(), 5) as reading:
        (look,) = read_dns_config(client, reading)
    assert (look.kind, look.facts) == ("corefile", {"Corefile": ".:53 {\n}\n"})
