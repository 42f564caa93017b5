"""What a subscriber sees folds to what the server holds, whatever happens to list and watch."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from harness.kube.client import Client
from harness.kube.informer import Hub, Missed, Observed, Trouble
from harness.kube.reflector import differences, meta_of
from harness.machine.clock import Monotonic
from harness.model.errors import BadInput, ClusterBroken
from harness.model.objects import Lean, ObjectMeta, Pod

from .api_server import ApiServer


class Viewer:
    """A subscriber that folds what it sees and holds each observation to what came before."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.state: dict[str, tuple[str, str]] = {}
        self.told: list[int] = []  # the versions of what was told after the listed objects
        self.seen: list[Observed] = []
        self.mistakes: list[str] = []
        self.changed = threading.Condition()

    def show(self, observed: Observed) -> None:
        with self.changed:
            self.seen.append(observed)
            if isinstance(observed.object, Lean):
                self._fold(observed.op, meta_of(observed.object))
            self.changed.notify_all()

    def wait(self, predicate: Callable[[], bool], seconds: float = 5.0) -> bool:
        with self.changed:
            return self.changed.wait_for(predicate, seconds)

    def agrees_with(self, server: ApiServer) -> bool:
        return self.wait(lambda: self.state == truth(server, self.namespace))

    def ops(self) -> list[str]:
        return [observed.op for observed in self.seen]

    def _fold(self, op: str, meta: ObjectMeta) -> None:
        known = self.state.get(meta.name)
        legal = known is None if op in ("listed", "added") else known is not None and known[0] == meta.uid
        if not legal or meta.namespace != self.namespace:
            self.mistakes.append(f"{op} {meta.name} while {known}")
        if op == "deleted":
            self.state.pop(meta.name, None)
        else:
            self.state[meta.name] = (meta.uid, meta.resource_version)
        if op != "listed":
            self.told.append(int(meta.resource_version))


def truth(server: ApiServer, namespace: str) -> dict[str, tuple[str, str]]:
    with server.changed:
        metas = [pod["metadata"] for pod in server.pods.values() if pod["metadata"]["namespace"] == namespace]
    return {meta["name"]: (meta["uid"], meta["resourceVersion"]) for meta in metas}


NAMES = st.sampled_from("wxyz")
NAMESPACES = st.sampled_from("aab")
STEPS = st.lists(
    st.tuples(
        st.one_of(
            st.tuples(st.sampled_from(["put", "put", "delete", "replace"]), NAMES, NAMESPACES),
            st.sampled_from([("bookmark",), ("cut",), ("compact",), ("subscribe",)]),
        ),
        st.booleans(),
    ),
    max_size=30,
)


# a failing example waits for seconds, so it is shown as found instead of being shrunk for minutes
@settings(max_examples=80, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(steps=STEPS, before=st.integers(0, 3), in_stream=st.booleans())
def test_a_subscriber_folds_to_the_servers_state(
    steps: list[tuple[tuple[str, ...], bool]], before: int, in_stream: bool
) -> None:
    """For any interleaving of changes, broken connections and expired versions: same state, and no step is illegal."""
    server = ApiServer()
    server.expired_in_stream = in_stream
    for number in range(before):
        server.put("wxy"[number])
    with tempfile.TemporaryDirectory() as folder:
        client = Client.from_kubeconfig(server.kubeconfig(Path(folder)), "tiny")
    hub = Hub(client, Monotonic())
    viewers: list[Viewer] = []
    try:
        for (word, *names), settled in [(("subscribe",), True), *steps]:
            if word == "subscribe":
                viewers.append(Viewer("ab"[len(viewers) % 2]))
                hub.subscribe(["pods"], viewers[-1].namespace, viewers[-1].show)
                hub.wait_synced(["pods"], 5)
            else:
                getattr(server, word)(*names)
            if settled:
                assert all(viewer.agrees_with(server) for viewer in viewers)
        for viewer in viewers:
            assert viewer.agrees_with(server), (viewer.seen, server.history)
            assert viewer.mistakes == []
            if "gap" not in viewer.ops():  # without a gap nothing is told twice or out of order
                assert viewer.told == sorted(set(viewer.told))
    finally:
        hub.close()
        client.close()
        server.close()


@pytest.fixture
def hub(client: Client, server: ApiServer) -> Hub:
    return Hub(client, Monotonic(), broken_after_seconds=0.2)


def test_a_late_subscriber_first_sees_what_is_known(hub: Hub, server: ApiServer) -> None:
    """Subscribing shows the objects of the namespace as listed, and one list serves all subscribers."""
    server.put("web")
    server.put("other", "b")
    early, late = Viewer("a"), Viewer("a")
    hub.subscribe(["pods"], "a", early.show)
    hub.wait_synced(["pods"], 5)
    server.put("new")
    assert early.wait(lambda: "new" in early.state)
    hub.subscribe(["pods"], "a", late.show)
    assert late.ops() == ["listed", "listed"]
    assert server.lists == 1
    hub.close()


def test_a_broken_connection_is_resumed_without_a_gap(hub: Hub, server: ApiServer) -> None:
    """Where the server still has the history, nothing was missed, and no gap is claimed."""
    viewer = Viewer("a")
    hub.subscribe(["pods"], "a", viewer.show)
    hub.wait_synced(["pods"], 5)
    for name in "abc":
        server.cut()
        server.put(name)
        assert viewer.agrees_with(server)
    assert viewer.ops() == ["added"] * 3
    hub.close()


@pytest.mark.parametrize("in_stream", [True, False], ids=["as an event", "as a status"])
def test_an_expired_version_is_a_gap_followed_by_the_differences(hub: Hub, server: ApiServer, in_stream: bool) -> None:
    """After 410 the gap says since when nothing is known, then deletions and changes that the new list shows."""
    server.expired_in_stream = in_stream
    server.put("stays")
    server.put("goes")
    server.put("changes")
    server.put("replaced")
    viewer = Viewer("a")
    hub.subscribe(["pods"], "a", viewer.show)
    hub.wait_synced(["pods"], 5)
    server.refuse = (503, {"reason": "ServiceUnavailable", "message": "not now"})
    server.cut()
    server.delete("goes")
    server.put("changes")
    server.delete("replaced")
    server.put("replaced")
    server.put("comes")
    server.compact()
    server.refuse = None
    assert viewer.wait(lambda: "comes" in viewer.state)
    at = viewer.ops().index("gap")
    gap = viewer.seen[at]
    told = [(o.op, o.object.metadata.name) for o in viewer.seen[at + 1 :] if isinstance(o.object, Pod)]
    assert sorted(told) == sorted(
        [
            ("deleted", "goes"),
            ("modified", "changes"),
            ("deleted", "replaced"),
            ("added", "replaced"),
            ("added", "comes"),
        ]
    )
    assert isinstance(gap.object, Missed)
    assert gap.object.since <= gap.at
    assert "too old" in gap.object.reason
    hub.close()


def test_a_watch_that_cannot_be_restored_says_so_once_and_goes_on(hub: Hub, server: ApiServer) -> None:
    """Seconds of failure are told once; when the server answers again, the watch is back by itself."""
    viewer = Viewer("a")
    hub.subscribe(["pods"], "a", viewer.show)
    hub.wait_synced(["pods"], 5)
    server.refuse = (503, {"reason": "ServiceUnavailable", "message": "not now"})
    server.cut()
    assert viewer.wait(lambda: "broken" in viewer.ops())
    server.refuse = None
    server.put("web")
    assert viewer.wait(lambda: "web" in viewer.state)
    troubles = [o.object for o in viewer.seen if isinstance(o.object, Trouble)]
    assert len(troubles) == 1
    assert "503 ServiceUnavailable: not now" in troubles[0].text
    hub.close()


def test_an_object_that_cannot_be_read_is_told_and_the_watch_goes_on(hub: Hub, server: ApiServer) -> None:
    """One odd object breaks trust, visibly, but not the watch."""
    viewer = Viewer("a")
    hub.subscribe(["pods"], "a", viewer.show)
    hub.wait_synced(["pods"], 5)
    with server.changed:
        server.version += 1
        odd = {"metadata": {"name": "odd", "resourceVersion": str(server.version)}, "status": {"phase": ["no", "text"]}}
        server.history.append((server.version, "ADDED", odd))
    server.put("web")
    assert viewer.wait(lambda: "web" in viewer.state)
    assert [o.object.text[:8] for o in viewer.seen if isinstance(o.object, Trouble)] == ["pods/odd"]
    hub.close()


def test_a_large_list_is_read_in_pages(hub: Hub, server: ApiServer) -> None:
    """More objects than fit a page are all listed."""
    for number in range(1201):
        server.put(f"p{number}")
    viewer = Viewer("a")
    hub.subscribe(["pods"], "a", viewer.show)
    hub.wait_synced(["pods"], 5)
    assert (len(viewer.state), server.lists) == (1201, 3)
    hub.close()


def test_a_hub_of_named_namespaces_asks_for_no_more(client: Client, server: ApiServer) -> None:
    """An identity that may see one namespace watches that one, and another one is refused before it is asked for."""
    hub = Hub(client, Monotonic(), namespaces=("a",))
    hub.subscribe(["pods"], "a", Viewer("a").show)
    hub.wait_synced(["pods"], 5)
    with pytest.raises(BadInput, match="'b' may not be watched"):
        hub.subscribe(["pods"], "b", Viewer("b").show)
    hub.close()
    assert {path for _, path, _, _ in server.seen} == {"/api/v1/namespaces/a/pods"}


def test_a_watch_that_never_lists_names_the_last_error(hub: Hub, server: ApiServer) -> None:
    """Waiting for the first list ends at its deadline with what the server said."""
    server.refuse = (403, {"reason": "Forbidden", "message": "may not list pods"})
    hub.subscribe(["pods"], "a", Viewer("a").show)
    with pytest.raises(ClusterBroken, match="may not list pods"):
        hub.wait_synced(["pods"], 0.3)
    hub.close()


def test_a_watch_that_is_refused_is_not_waited_for(hub: Hub, server: ApiServer) -> None:
    """A right that lacks does not come by waiting: the caller is told long before the deadline."""
    server.refuse = (403, {"reason": "Forbidden", "message": "may not list pods"})
    viewer, began = Viewer("a"), time.monotonic()
    hub.subscribe(["pods"], "a", viewer.show)
    with pytest.raises(ClusterBroken, match="may not list pods"):
        hub.wait_synced(["pods"], 60)
    assert time.monotonic() - began < 20
    hub.close()


def test_a_closed_subscription_sees_nothing_more_and_a_closed_hub_leaves_no_thread(hub: Hub, server: ApiServer) -> None:
    """Closing is final and promptly so."""
    first, second = Viewer("a"), Viewer("a")
    subscription = hub.subscribe(["pods"], "a", first.show)
    hub.subscribe(["pods"], "a", second.show)
    hub.wait_synced(["pods"], 5)
    subscription.close()
    server.put("web")
    assert second.wait(lambda: "web" in second.state)
    assert first.seen == []
    hub.close()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")] == []


def test_differences_tell_the_end_of_a_replaced_object_before_its_successor() -> None:
    """An object that was deleted and made again under its name is two objects."""
    old = {("a", "x"): Pod(metadata=ObjectMeta(name="x", uid="1", resource_version="1"))}
    new = {("a", "x"): Pod(metadata=ObjectMeta(name="x", uid="2", resource_version="9"))}
    assert list(differences(old, new)) == [("deleted", old["a", "x"]), ("added", new["a", "x"])]
    assert list(differences(new, new)) == []
