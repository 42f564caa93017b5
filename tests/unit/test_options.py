"""What the options promise: command line before ini file before default, and one value for the whole run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.model.errors import BadInput
from harness.model.limits import STRICT, Limits, PodLimit
from harness.model.units import Share
from harness.options import Options

pytest_plugins = ["pytester"]


def options(pytester: pytest.Pytester, *words: str, ini: str = "") -> Options:
    """The options that these words and this ini file give."""
    pytester.makeini(f"[pytest]\n{ini}\n")
    return Options.of(pytester.parseconfig(*words))


def test_the_defaults_need_no_word(pytester: pytest.Pytester) -> None:
    """A cluster is chosen, twins are left out, nothing of anybody's cluster is allowed."""
    got = options(pytester)
    assert (got.cluster, got.shape, got.kubeconfig, got.context) == ("auto", "", "", "")
    assert (got.namespaces, got.node_access, got.controls, got.per_worker) == ((), False, False, False)
    assert got.folder == pytester.path / "reports" / got.run


def test_the_command_line_outweighs_the_ini_file(pytester: pytest.Pytester) -> None:
    """Both have the same names; what is typed wins."""
    ini = "healproof_cluster = kwok\nhealproof_seed = 3\nhealproof_controls = true"
    got = options(pytester, "--healproof-cluster=kind", ini=ini)
    assert (got.cluster, got.seed, got.controls) == ("kind", 3, True)


def test_a_list_is_written_with_commas(pytester: pytest.Pytester) -> None:
    """Spaces and empty parts do not count."""
    assert options(pytester, "--healproof-namespaces=a, b,,").namespaces == ("a", "b")


def test_runs_have_names_of_their_own_and_seeds_that_are_drawn(pytester: pytest.Pytester) -> None:
    """Two runs of the same second do not share a folder; a seed is always there to be printed."""
    got = [options(pytester) for _ in range(20)]
    assert len({each.run for each in got}) == 20
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", each.run) for each in got)
    assert len({each.seed for each in got}) > 1


def test_a_worker_takes_over_what_the_controller_settled(pytester: pytest.Pytester) -> None:
    """Name and seed are given, whatever the command line says."""
    got = Options.of(pytester.parseconfig("--healproof-seed=1"), run="r-1", seed=0)
    assert (got.run, got.seed) == ("r-1", 0)


def test_a_folder_may_be_anywhere(pytester: pytest.Pytester, tmp_path: Path) -> None:
    """An absolute path is taken as it is."""
    got = options(pytester, f"--healproof-reports={tmp_path / 'out'}")
    assert got.folder == tmp_path / "out" / got.run


@pytest.mark.parametrize("seed", ["soon", "1.5", "1 2"])
def test_a_seed_is_a_whole_number(pytester: pytest.Pytester, seed: str) -> None:
    """Anything else is refused with the value."""
    with pytest.raises(BadInput, match=re.escape(repr(seed))):
        Options.of(pytester.parseconfig(f"--healproof-seed={seed}"), run="r")


def test_limits_are_the_clusters_own_unless_said(pytester: pytest.Pytester) -> None:
    """Nothing limits a run on a cluster that healproof made; elsewhere the strict ones; a word outweighs both."""
    assert options(pytester).limits() == Limits()
    assert options(pytester).limits(disposable=False) == STRICT
    got = options(pytester, "--healproof-max-pods=25%", ini="healproof_max_faults = 3\nhealproof_protected = prod")
    said = {"pods": PodLimit(share=Share(0.25)), "faults": 3, "protected": frozenset({"prod"})}
    assert got.limits(disposable=False) == STRICT._replace(**said)


@pytest.mark.parametrize("word", ["--healproof-max-nodes=some", "--healproof-confirm=everything"])
def test_a_limit_that_cannot_be_read_ends_the_run_before_it_begins(pytester: pytest.Pytester, word: str) -> None:
    """A limit in which nobody can believe is worse than none."""
    with pytest.raises(BadInput, match=re.escape(word.partition("=")[0])):
        options(pytester, word)


def test_every_option_is_in_the_help_and_in_the_ini_help(pytester: pytest.Pytester) -> None:
    """What can be said is told by pytest --help, on the command line's and on the ini file's side."""
    told = pytester.runpytest("--help").stdout.str()
    for name in Options._fields:
        if name in ("run", "folder"):
            continue
        assert f"--healproof-{name.replace('_', '-')}" in told
        assert f"healproof_{name} " in told
