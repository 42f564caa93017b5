import os
import signal
import sys

from harness.machine.clock import wait_until
from harness.machine.process import spawn
from harness.providers.processes import Identity, end, identify, is_frozen, running, with_argument_below

SLEEPER = "import time; time.sleep(60)"


def start(folder):
    pid = spawn([sys.executable, "-c", SLEEPER, f"--data={folder}/data"], log=folder / "log")
    assert wait_until(lambda: with_argument_below(folder) or None, timeout_seconds=5, every_seconds=0.01)
    return identify(pid)


def test_a_process_is_found_by_a_path_it_was_told_and_ended(tmp_path):
    """What works in a folder is found without any record, and is gone when `end` returns."""
    identity = start(tmp_path)
    assert list(with_argument_below(tmp_path)) == [identity]
    assert running(identity)
    end([identity])
    assert not running(identity)
    assert with_argument_below(tmp_path) == {}


def test_a_folder_whose_name_only_begins_the_same_is_another(tmp_path):
    """Ending cluster `a` never touches cluster `ab`."""
    for name in ("a", "ab"):
        (tmp_path / name).mkdir()
    identity = start(tmp_path / "ab")
    assert with_argument_below(tmp_path / "a") == {}
    end([identity])


def test_a_pid_that_was_used_again_is_not_the_same_process(tmp_path):
    """A process with our pid and another start time is left alone."""
    identity = start(tmp_path)
    stranger = Identity(identity.pid, identity.started_ticks - 1)
    assert not running(stranger)
    end([stranger])
    assert running(identity)
    end([identity])


def test_an_identity_survives_its_text():
    """What stands in a record is read back exactly."""
    assert Identity.parse(str(Identity(12, 3456))) == Identity(12, 3456)


def test_a_process_that_is_gone_has_no_identity(tmp_path):
    """Neither a reaped process nor a zombie counts as running."""
    identity = start(tmp_path)
    end([identity])
    assert identify(identity.pid) is None
    end([identity])


def test_a_frozen_process_runs_and_is_told_apart(tmp_path):
    """A stopped process is still the same process; it is frozen until it is told to go on."""
    identity = start(tmp_path)
    assert not is_frozen(identity)
    os.kill(identity.pid, signal.SIGSTOP)
    assert wait_until(lambda: is_frozen(identity), timeout_seconds=5, every_seconds=0.01)
    assert running(identity)
    os.kill(identity.pid, signal.SIGCONT)
    assert wait_until(lambda: not is_frozen(identity), timeout_seconds=5, every_seconds=0.01)
    end([identity])
    assert not is_frozen(identity)
