"""When a Service that an application cannot do without is named as what is missing."""

from __future__ import annotations

import pytest

from diagnose.asked import named, suspicions
from diagnose.scenes import (
    Document,
    changed,
    container,
    crashing,
    deployment,
    endpoints,
    event,
    log,
    node,
    pod,
    running,
    scene,
    service,
    statefulset,
    unready,
    waiting,
)

REFUSED = "error: connect to database: dial tcp: connecting to db: connection refused"


def shop(*, database_ready: bool) -> tuple[list[Document], Document]:
    """A web that needs a database, and the database."""
    state = [] if database_ready else [unready(waiting("ImagePullBackOff", "Back-off pulling image"))]
    database = changed(pod("db-0", status=state[0] if state else None), {"metadata": {"labels": {"app": "db"}}})
    web = pod(
        "web-1",
        status=unready({**running(), "ready": False}),
        containers=[container(readinessProbe={"httpGet": {"port": 8080}})],
    )
    told = event(web, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")
    documents = [*deployment(web), *statefulset(database), service("db"), endpoints("db", database), node(), told]
    return documents, web


@pytest.mark.parametrize("line", [REFUSED, "lookup db.shop.svc.cluster.local: connection timed out"])
def test_a_dependency_without_endpoints_outranks_the_application(line: str) -> None:
    """The cause of the database comes first, then what it does to the web; the web itself is not blamed."""
    documents, _ = shop(database_ready=False)
    assert named(scene(*documents, logs=[log("web-1", line)])) == ["image-unavailable", "dependency-down"]


def test_a_dependency_that_is_there_is_not_blamed() -> None:
    """The log may tell of the past."""
    documents, _ = shop(database_ready=True)
    whole = scene(*documents, logs=[log("web-1", REFUSED)])
    assert suspicions(whole, "dependency-down") == []
    assert named(whole) == ["application-not-ready"]


def test_an_application_that_does_not_speak_of_it_is_not_explained_by_it() -> None:
    """That two things are broken does not make one the other's cause."""
    documents, _ = shop(database_ready=False)
    whole = scene(*documents, logs=[log("web-1", "error: licence has expired")])
    assert suspicions(whole, "dependency-down") == []
    assert named(whole) == ["image-unavailable", "application-not-ready"]


def test_a_crash_for_want_of_it_is_explained() -> None:
    """The program ends when it finds no database."""
    web = pod("web-1", status=unready(crashing(1)))
    database = changed(pod("db-0", status=unready(waiting("ErrImagePull"))), {"metadata": {"labels": {"app": "db"}}})
    documents = [*deployment(web), *statefulset(database), service("db"), endpoints("db", database), node()]
    whole = scene(*documents, logs=[log("web-1", REFUSED, previous=True)])
    assert named(whole) == ["image-unavailable", "dependency-down"]


@pytest.mark.parametrize(
    "command", ["connect $DB_SERVICE_HOST:80", "nc -z db.shop:80", "wget http://db/", "nc -z 10.96.0.9:80"]
)
def test_a_probe_that_asks_the_dependency_itself_tells_of_it(command: str) -> None:
    """By the variable that Kubernetes sets, by name, as URL, by address; no log is needed."""
    database = changed(pod("db-0", status=unready(waiting("ErrImagePull"))), {"metadata": {"labels": {"app": "db"}}})
    probe = {"exec": {"command": ["sh", "-c", command]}}
    web = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    told = event(web, "Unhealthy", "Readiness probe failed: TIMEOUT")
    documents = [*deployment(web), *statefulset(database), service("db"), endpoints("db", database), node(), told]
    assert named(scene(*documents)) == ["image-unavailable", "dependency-down"]


def test_a_probe_that_asks_another_is_not_explained_by_it() -> None:
    """`db` is part of another name."""
    database = changed(pod("db-0", status=unready(waiting("ErrImagePull"))), {"metadata": {"labels": {"app": "db"}}})
    probe = {"exec": {"command": ["nc", "-z", "mydb:80", "db-replica:80"]}}
    web = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    told = event(web, "Unhealthy", "Readiness probe failed: TIMEOUT")
    documents = [*deployment(web), *statefulset(database), service("db"), endpoints("db", database), node(), told]
    assert suspicions(scene(*documents), "dependency-down") == []


def outside(message: str, *, addresses: list[str]) -> list[Document]:
    """A web whose probe asks a Service without a selector, with these addresses."""
    probe = {"exec": {"command": ["sh", "-c", "connect database:80"]}}
    web = pod("web-1", status=unready({**running(), "ready": False}), containers=[container(readinessProbe=probe)])
    database = service("database", selector={})
    there = {"addresses": addresses, "conditions": {"ready": True}}
    slice_ = changed(endpoints("database"), {"endpoints": [there] if addresses else []})
    told = event(web, "Unhealthy", f"Readiness probe failed: {message}")
    return [*deployment(web), database, slice_, node(), told]


def test_what_lies_outside_of_the_cluster_and_refuses_is_named() -> None:
    """Nobody says how it is there; that it was reached and said no is enough."""
    assert named(scene(*outside("REFUSED", addresses=["192.0.2.9"]))) == ["dependency-down"]


def test_a_service_whose_addresses_nobody_wrote_is_named() -> None:
    """It selects nothing, and no EndpointSlice has an address."""
    assert named(scene(*outside("TIMEOUT", addresses=[]))) == ["dependency-down"]


def test_an_outside_that_does_not_answer_in_time_may_as_well_be_the_way_there() -> None:
    """It is not named for that alone."""
    assert suspicions(scene(*outside("TIMEOUT", addresses=["192.0.2.9"])), "dependency-down") == []
