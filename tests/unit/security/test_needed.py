"""What the least roles promise: nothing that no scenario needs, names where they are known, and who needs what."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from contract.examples import load_fault
from real_runs import workload, write_scenario

from harness import cli
from harness.damage.plan import Stepwise
from harness.kube.rights import CLUSTER, OWN, Right, may
from harness.load import load_file
from harness.model.errors import BadInput, Exit
from harness.model.scenario import Scenario
from harness.registry import FAULTS
from harness.security.needed import CARRIED, Need, needed, says_its_rights
from harness.security.roles import granted

HEALS = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]


def scenario(folder: Path, *faults: dict[str, object], name: str = "tried") -> Scenario:
    (loaded,) = load_file(write_scenario(folder, name, workload("web"), list(faults), HEALS))
    return loaded


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.needs <= CARRIED])
def test_a_fault_that_clusters_of_others_carry_says_what_it_asks(name: str, tmp_path: Path) -> None:
    """No fault that is shipped is left out of the roles for being silent."""
    assert all(map(says_its_rights, load_fault(name, tmp_path).may_be()))


class Silent(Stepwise, frozen=True, kw_only=True):
    """A fault of somebody else's that declares no rights."""

    name = "silent"


def test_a_fault_that_does_not_say_what_it_asks_is_left_out(tmp_path: Path) -> None:
    """A role that only looks sufficient would fail in the middle of a run."""
    loud = scenario(tmp_path, {"pod-delete": {"select": "app=web"}})
    found = needed([msgspec.structs.replace(loud, faults=[Silent()])], "shop", controls=False, cluster_scope=True)
    assert found.scenarios == []
    assert "silent does not say what it asks for" in found.left_out[0]


def test_a_right_is_held_to_a_name_only_where_rbac_can(tmp_path: Path) -> None:
    """Create, list and watch of whole objects know no names; get, update, patch, delete and subresources do."""
    verbs = "get list watch create delete"
    assert {right.verb for right in may(verbs, "pods", "a") if right.name} == {"get", "delete"}
    assert {right.name for right in may("create", "pods", "a", subresource="eviction")} == {"a"}


def test_a_resource_of_no_namespace_is_asked_for_in_the_cluster() -> None:
    """Whoever asks for nodes cannot be served by a Role."""
    assert may("get", "nodes")[0].namespace == CLUSTER
    assert may("get", "pods")[0].namespace == OWN


def test_a_wider_right_makes_a_narrower_one_needless(tmp_path: Path) -> None:
    """Deleting any pod covers deleting the one; the one verb is granted once."""
    found = needed(
        [scenario(tmp_path, {"pod-delete": {"select": "app=web"}})], "shop", controls=False, cluster_scope=True
    )
    deletes = [need.right for need in found.needs if (need.right.verb, need.right.resource) == ("delete", "pods")]
    assert deletes == [Right("delete", "", "pods")]


def test_without_cluster_scope_nothing_outside_of_the_namespace_is_asked_for(tmp_path: Path) -> None:
    """What needs more is left out by name, with the reason."""
    inside = scenario(tmp_path, {"pod-delete": {"select": "app=web"}}, name="inside")
    beyond = scenario(tmp_path, {"webhook-down": {}}, name="beyond")
    nodes = scenario(tmp_path, {"node-drain": {"hosting": "app=web"}}, name="nodes")
    found = needed([inside, beyond, nodes], "shop", controls=False, cluster_scope=False)
    assert {need.right.namespace for need in found.needs} == {OWN}
    assert [each.name for each in found.scenarios] == ["inside"]
    assert [words.partition(":")[0] for words in found.left_out] == ["beyond", "nodes"]


def test_what_clusters_of_others_cannot_carry_is_left_out(tmp_path: Path) -> None:
    """A role for a scenario that would be skipped grants what is never used."""
    only_own = scenario(tmp_path, {"component-down": {"part": "kube-scheduler"}})
    found = needed([only_own], "shop", controls=False, cluster_scope=True)
    assert found.scenarios == []
    assert "control-plane" in found.left_out[0]


def test_what_broken_twins_need_is_asked_for_only_where_they_are_run(tmp_path: Path) -> None:
    """A twin that injects another fault needs that fault's rights too."""
    control = {"full": {"faults": [{"quota-exhausted": {"hard": {"pods": "0"}}}], "fails": ["recovers"]}}
    faults = [{"pod-delete": {"select": "app=web"}}]
    (twice,) = load_file(write_scenario(tmp_path, "twice", workload("web"), faults, HEALS, control=control))
    asked = {
        controls: {need.right.resource for need in needed([twice], "shop", controls=controls, cluster_scope=True).needs}
        for controls in (False, True)
    }
    assert asked[True] - asked[False] == {"resourcequotas"}


def test_every_rule_says_who_needs_it() -> None:
    """Rules are put together only where the same parts need them."""
    needs = [Need(right, "fault a") for right in may("get list", "pods")] + [Need(may("get", "services")[0], "fault b")]
    role = next(each for each in granted(needs, "shop") if each.rules)
    assert [(rule.verbs, rule.resources, rule.who) for rule in role.rules] == [
        (("get", "list"), ("pods",), ("fault a",)),
        (("get",), ("services",), ("fault b",)),
    ]
    assert role.manifest["rules"][1] == {"apiGroups": [""], "resources": ["services"], "verbs": ["get"]}


def test_a_namespace_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Bad input ends with 2 and names the value."""
    assert cli.main(["rbac", "--namespace", "No Such"]) == Exit.USAGE
    assert "'No Such' is not accepted" in capsys.readouterr().err


def test_a_workload_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    """Its resource is never guessed."""
    strange = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}}
    path = write_scenario(
        tmp_path, "strange", [*workload("web"), strange], [{"pod-delete": {"select": "app=web"}}], HEALS
    )
    with pytest.raises(BadInput, match=r"Widget of example\.com/v1"):
        needed(load_file(path), "shop", controls=False, cluster_scope=True)
