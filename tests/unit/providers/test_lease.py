import sys
import threading
import time

import pytest

from harness.machine.clock import wait_until
from harness.machine.process import pipe
from harness.model.cluster import ClusterRecord
from harness.providers.lease import in_use, lease

RECORD = ClusterRecord(name="leased", provider="kwok", shape="default", kubeconfig="", context="")
WAIT_SECONDS = 0.15  # long enough that a lease wrongly given would show


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


class Holder:
    """A thread that takes a lease, says so, and keeps it until told."""

    def __init__(self, *, exclusive):
        self.has_it = threading.Event()
        self._let_go = threading.Event()
        self._thread = threading.Thread(target=self._hold, args=(exclusive,), daemon=True)
        self._thread.start()

    def _hold(self, exclusive):
        with lease(RECORD, exclusive=exclusive):
            self.has_it.set()
            self._let_go.wait(10)

    def release(self):
        self._let_go.set()
        self._thread.join(10)


def test_shared_leases_are_held_together():
    """Scenarios that keep to their namespace do not wait for each other."""
    holders = [Holder(exclusive=False) for _ in range(3)]
    assert all(holder.has_it.wait(5) for holder in holders)
    for holder in holders:
        holder.release()


def test_an_exclusive_lease_is_held_alone():
    """A scenario that hurts nodes begins after the others have left, and the next wait for it."""
    first = Holder(exclusive=False)
    assert first.has_it.wait(5)
    alone = Holder(exclusive=True)
    assert not alone.has_it.wait(WAIT_SECONDS)
    first.release()
    assert alone.has_it.wait(5)
    late = Holder(exclusive=False)
    assert not late.has_it.wait(WAIT_SECONDS)
    alone.release()
    assert late.has_it.wait(5)
    late.release()


def test_a_waiting_exclusive_lease_is_not_starved_by_new_shared_ones():
    """Shared leases asked for after an exclusive one get theirs after it."""
    first = Holder(exclusive=False)
    assert first.has_it.wait(5)
    alone = Holder(exclusive=True)
    assert not alone.has_it.wait(WAIT_SECONDS)
    late = Holder(exclusive=False)
    assert not late.has_it.wait(WAIT_SECONDS)
    first.release()
    assert alone.has_it.wait(5)
    assert not late.has_it.is_set()
    alone.release()
    assert late.has_it.wait(5)
    late.release()


def test_a_process_that_dies_gives_its_lease_back(tmp_path):
    """After kill -9 of the holder the cluster can be leased at once."""
    code = (
        "import time; from harness.providers.lease import lease; from harness.model.cluster import ClusterRecord\n"
        "record = ClusterRecord(name='leased', provider='p', shape='s', kubeconfig='', context='')\n"
        "with lease(record, exclusive=True):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    with pipe([sys.executable, "-c", code]) as child:
        assert child.stdout.readline() == b"held\n"
        waiting = Holder(exclusive=False)
        assert not waiting.has_it.wait(WAIT_SECONDS)
        begun = time.monotonic()
        child.kill()
        assert waiting.has_it.wait(5)
        assert time.monotonic() - begun < 2
    waiting.release()
    assert wait_until(lambda: not waiting._thread.is_alive(), timeout_seconds=5)


def test_a_cluster_in_use_is_known_to_be() -> None:
    """Whoever finds it silent must not replace it under a run that may just have taken its API server down."""
    assert not in_use(RECORD)
    with lease(RECORD, exclusive=False):
        assert in_use(RECORD)
    assert not in_use(RECORD)
