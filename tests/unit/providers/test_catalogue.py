import threading

import pytest

from harness.machine.progress import Silent
from harness.model.cluster import ClusterRecord
from harness.model.errors import BadInput, ClusterBroken
from harness.providers import catalogue
from harness.providers.base import Leftover
from harness.providers.cluster_files import cluster_dir, load_record, load_records, record_path, save_record
from harness.providers.lease import lease


class PaperProvider:
    """A provider whose clusters are files: alive as long as their `alive` file is there."""

    name = "paper"

    def __init__(self, made, delay=None):
        self.made = made
        self._delay = delay

    def examine(self):
        return []

    def up(self, name, shape, progress):
        if shape == "broken":
            raise ClusterBroken("it never became ready")
        if self._delay:
            self._delay.wait(0.1)
        self.made.append(name)
        self._sign(name).parent.mkdir(exist_ok=True)
        self._sign(name).write_text(str(len(self.made)))
        return ClusterRecord(
            name=name, provider="paper", shape=shape, kubeconfig="", context=name, facts={"made": str(len(self.made))}
        )

    def alive(self, record):
        return self._sign(record.name).exists()

    def down(self, record):
        self._sign(record.name).unlink(missing_ok=True)

    def leftovers(self, known):
        names = {record.name for record in known}
        return [Leftover("paper", name) for name in self.made if name not in names and self._sign(name).exists()]

    def remove(self, leftover):
        self._sign(leftover.name).unlink()

    def _sign(self, name):
        return cluster_dir(name) / "alive"


@pytest.fixture
def paper(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    provider = PaperProvider([])
    monkeypatch.setattr(catalogue, "_providers", lambda: {"paper": lambda: provider})
    return provider


def up(shape="default", **options):
    return catalogue.up("paper", shape, progress=Silent(), **options)


def test_a_living_cluster_is_reused(paper):
    """Asking twice gives the same cluster, from its record on disk."""
    first = up()
    assert first.name == "healproof-paper-default"
    assert up() == first
    assert paper.made == [first.name]


def test_a_dead_cluster_is_replaced(paper):
    """A record whose cluster died does not stand in the way of a new one."""
    first = up()
    paper._sign(first.name).unlink()
    second = up()
    assert second.facts != first.facts
    assert load_records() == [second]


def test_reuse_can_be_refused(paper):
    """Without reuse the living cluster is replaced."""
    assert up().facts["made"] == "1"
    assert up(reuse=False).facts["made"] == "2"


def test_two_that_ask_at_once_get_one_cluster(paper):
    """Whoever comes second waits for the first and gets its cluster."""
    paper._delay = threading.Event()
    got = []
    askers = [threading.Thread(target=lambda: got.append(up())) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert len(got) == 4
    assert all(record == got[0] for record in got)
    assert len(paper.made) == 1


def test_clusters_of_several_workers_have_names_of_their_own(paper):
    """A suffix makes a second cluster of the same shape beside the first."""
    names = {catalogue.cluster_name("kwok", "default", suffix) for suffix in ("", "gw0", "gw1")}
    assert names == {"healproof-kwok-default", "healproof-kwok-default-gw0", "healproof-kwok-default-gw1"}


def test_any_context_gives_a_name_that_a_cluster_can_have(paper):
    """Context names with other letters, or too many, become names that are accepted and stay distinct."""
    contexts = ["kind-x", "arn:aws:eks:eu-west-1:123456789012:cluster/Prod-Blue", "Prod", "prod", "prod_", "/"]
    names = [catalogue.cluster_name("kubeconfig", "any", context) for context in contexts]
    assert len(set(names)) == len(contexts)
    assert names[0] == "healproof-kubeconfig-any-kind-x"
    assert [load_record(name) for name in names] == [None] * len(names)


def test_a_failed_up_leaves_no_record(paper):
    """What never became ready is not listed and not reused."""
    with pytest.raises(ClusterBroken):
        up("broken")
    assert catalogue.list_clusters() == []


def test_down_removes_the_cluster_and_its_folder(paper):
    """After down neither record nor file is left, and a second down names what exists."""
    record = up()
    other = up(name="other")
    catalogue.down(record.name)
    assert not cluster_dir(record.name).exists()
    with pytest.raises(BadInput, match=r"healproof-paper-default[^\n]*\n.*other"):
        catalogue.down(record.name)
    assert catalogue.down_all() == [other.name]
    assert catalogue.list_clusters() == []


def test_list_tells_the_living_from_the_dead(paper):
    """A cluster that died stays listed, as dead."""
    dead, living = up(name="a-dead"), up(name="b-living")
    paper._sign(dead.name).unlink()
    assert catalogue.list_clusters() == [catalogue.Row(dead, False), catalogue.Row(living, True)]


def test_leftovers_are_what_no_record_knows(paper):
    """A cluster whose record is lost is found and removed; one with a record is left alone."""
    kept, lost = up(name="kept"), up(name="lost")
    record_path(lost.name).unlink()
    assert catalogue.remove_leftovers() == [catalogue.Found("paper", Leftover("paper", "lost"))]
    assert catalogue.leftovers() == []
    assert paper.alive(kept)


def test_a_name_never_changes_its_kind(paper):
    """Asking for another shape under a name that is taken is refused before anything is touched."""
    record = up(name="mine")
    with pytest.raises(BadInput, match="mine is a paper cluster of shape default"):
        up("other", name="mine")
    assert paper.alive(record)


@pytest.mark.parametrize("name", ["", "../up", "UPPER", "a/b", "-a", "a" * 60])
def test_a_name_that_could_leave_the_state_folder_is_refused(paper, name):
    """Cluster names become folder names, so they are checked first."""
    with pytest.raises(BadInput, match="cluster name"):
        load_record(name)


def test_an_unknown_provider_is_refused_with_the_known_ones(paper):
    """A misspelt provider gets the accepted values."""
    with pytest.raises(BadInput, match=r"'kwack'(.|\n)*paper"):
        catalogue.up("kwack", "default", progress=Silent())


def test_a_damaged_record_is_named(paper):
    """A record that cannot be read is an error with its path, not a cluster that silently vanished."""
    save_record(up())
    record_path("healproof-paper-default").write_text("{")
    with pytest.raises(BadInput, match=r"cluster\.json"):
        up()


def test_records_survive_a_round_trip(paper):
    """A fresh process reads back exactly what was saved."""
    record = up()
    assert load_record(record.name) == record
    assert catalogue.attach(record) is paper


def test_a_silent_cluster_is_not_replaced_under_a_run_that_uses_it(paper):
    """A run that took the API server down, or a busy machine, makes a cluster silent; not another's to replace."""
    record = up()
    (cluster_dir(record.name) / "alive").unlink()
    with lease(record, exclusive=True), pytest.raises(ClusterBroken, match="another run is using it"):
        up()
    assert up().name == record.name
