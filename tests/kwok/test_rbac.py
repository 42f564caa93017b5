"""The least roles at work: an API server that logs every request, and identities that may do just what is said."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from contract.examples import load_fault, manifests
from contract.standing import standing
from real_runs import CARRIED, write_scenario

from harness import cli
from harness.damage import steps
from harness.damage.plan import Stepwise, damage_of
from harness.kube import actions
from harness.kube.client import Client
from harness.kube.rights import Right
from harness.load import load_file
from harness.machine.progress import Silent
from harness.model.cluster import ClusterRecord
from harness.model.limits import Limits
from harness.model.verdict import Outcome
from harness.providers import catalogue, kwok_parts
from harness.providers.kubeconfig import KubeconfigProvider
from harness.registry import FAULTS
from harness.residue.plain import digest
from harness.security.needed import CARRIED as OF_OTHERS
from harness.security.needed import Need
from harness.security.roles import NAME, granted
from harness.session import Arena, Outcomes

pytestmark = [pytest.mark.kwok, pytest.mark.slow]

EVERYBODYS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
"""What every identity may ask of itself, by Kubernetes' own roles."""

NOT_HERE = {
    # simulated nodes have no CSINode, and do not register themselves anew
    "node-delete": {("create", "csinodes"), ("update", "nodes")},
    # while a Deployment is paused, its controller copies the mark to no ReplicaSet
    "rollout-paused": {("patch", "replicasets")},
}
"""What a fault may need and a kwok cluster never makes it ask for."""
HEALS = [{"recovers": {"of": "deployment/web", "within": "20s", "hold": "1s"}}]
STANDS = [{"never-below": {"of": "deployment/web", "ready": 2}}]
GROUND = {
    "pod-lost": ([{"pod-delete": {"select": "app=web"}}], HEALS),
    "evicted": ([{"pod-evict": {"select": "app=web"}}], HEALS),
    "drained": ([{"node-drain": {"hosting": "app=web"}}], HEALS),
    "scaled": ([{"drift": {"of": "deployment/web", "set": {"spec": {"replicas": 3}}, "for": "1s"}}], HEALS),
    "service-gone": ([{"object-delete": {"of": "service/web", "for": "1s"}}], [*STANDS, {"restored": {}}]),
    "full-quota": ([{"quota-exhausted": {"hard": {"pods": "0"}, "for": "1s"}}], STANDS),
    "webhook": ([{"webhook-down": {"for": "1s"}}], STANDS),
}
"""Scenarios of several kinds of faults: their faults, and what they promise."""
LESS = [
    ("pod-lost", "delete", "pods"),
    ("evicted", "create", "pods/eviction"),
    ("drained", "update", "nodes"),
    ("scaled", "update", "deployments"),
    ("service-gone", "create", "secrets"),
    ("full-quota", "create", "resourcequotas"),
    ("webhook", "create", "validatingwebhookconfigurations"),
]
"""Rights that are taken away, each from the roles of one scenario."""


class Logged(NamedTuple):
    """One request of an identity: the right that it took, its status, and whether it was the right that lacked."""

    right: Right
    code: int
    refused: bool


class Audited(NamedTuple):
    """A cluster whose audit log keeps reads as well, and its administrator."""

    record: ClusterRecord
    client: Client
    folder: Path

    def asked(self, namespace: str) -> list[Logged]:
        """What the identity of a namespace has asked so far."""
        user = f"system:serviceaccount:{namespace}:{NAME}"
        lines = map(json.loads, Path(self.record.audit_log or "").read_text().splitlines())
        return [_logged(x, namespace) for x in lines if x["user"]["username"] == user and "objectRef" in x]

    def identity(self, namespace: str, roles: list[dict[str, Any]]) -> Path:
        """A kubeconfig file of the ServiceAccount that these manifests bind their roles to."""
        for role in roles:
            actions.apply(self.client, role)
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{NAME}/token"
        answer = self.client.request("POST", path, body={"apiVersion": "authentication.k8s.io/v1", "spec": {}})
        content = json.loads(Path(self.record.kubeconfig).read_text())
        content["users"][0]["user"] = {"token": json.loads(answer)["status"]["token"]}
        file = self.folder / f"{namespace}.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(content))
        return file


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    folder = tmp_path_factory.mktemp("rbac")
    policy = folder / "audit-policy.yaml"
    rule = {"level": "Metadata", "userGroups": ["system:serviceaccounts"]}
    kind = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"]}
    policy.write_text(json.dumps({**kind, "rules": [rule]}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        patch.setattr(kwok_parts, "audit_policy_file", lambda: policy)
        record = catalogue.up("kwok", "compressed", name="rbac-try", progress=Silent())
        client = Client.from_kubeconfig(record.kubeconfig, record.context)
        yield Audited(record, client, folder)
        client.close()
        catalogue.down(record.name)


@pytest.fixture
def namespace(audited: Audited, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"rbac-{digest(request.node.name, '')[:8]}"
    actions.create_namespace(audited.client, name, {"healproof.dev/run": "tests"})
    yield name
    actions.delete_namespace(audited.client, name)


def _logged(line: dict[str, Any], namespace: str) -> Logged:
    about = line["objectRef"]
    resource = "/".join(filter(None, (about["resource"], about.get("subresource"))))
    where = about.get("namespace", "*")
    right = Right(line["verb"], about.get("apiGroup", ""), resource, about.get("name", ""), where)
    code, decision = line["responseStatus"]["code"], line["annotations"]["authorization.k8s.io/decision"]
    # a quota says 403 as well; an apply may be allowed to patch and yet not to create
    refused = code == 403 and (decision == "forbid" or line["verb"] == "patch")
    return Logged(right._replace(namespace="") if where == namespace else right, code, refused)


def took(logged: list[Logged]) -> set[Right]:
    """The rights that were used; an apply that made something took the one to create as well."""
    found = {each.right for each in logged if each.right.resource not in EVERYBODYS}
    made = {each.right for each in logged if each.right.verb == "patch" and each.code == 201}
    return found | {right._replace(verb="create") for right in made}


def covers(right: Right, used: Right) -> bool:
    """Whether a granted right is what allowed a request."""
    named = right.name in ("", used.name)
    wild = right.resource == "*" or (right.resource, right.group) == (used.resource, used.group)
    return right.verb == used.verb and wild and named and right.namespace in (used.namespace, "*")


def unused(rights: set[Right], used: set[Right]) -> list[Right]:
    return sorted(right for right in rights if not any(covers(right, each) for each in used))


def as_role(rights: set[Right], namespace: str) -> list[dict[str, Any]]:
    return [role.manifest for role in granted([Need(right, "a test") for right in rights], namespace)]


@pytest.mark.parametrize(
    "name",
    [name for name, fault in FAULTS.items() if fault.needs <= CARRIED["kwok"] & OF_OTHERS],
)
def test_a_fault_asks_for_what_it_says_and_for_nothing_else(
    audited: Audited, namespace: str, tmp_path: Path, name: str
) -> None:
    """From plan to undo nothing is refused under exactly its own rights, and each of them was used."""
    fault, example = load_fault(name, tmp_path), FAULTS[name].example
    assert isinstance(fault, Stepwise)
    rights = {right for each in fault.may_be() if isinstance(each, Stepwise) for right in each.rights()}
    for manifest in manifests(example):
        actions.apply(audited.client, manifest, namespace)
    kubeconfig = audited.identity(namespace, as_role(rights, namespace))
    least = Client.from_kubeconfig(kubeconfig, audited.record.context)
    with standing(audited.record, namespace, tmp_path / "standing") as stand:
        lacks = stand.steady(example)
        assert not lacks
        site = stand.site._replace(client=least)
        plan = damage_of(fault).plan(site)
        damage_of(fault).inject(site, plan)
        damage_of(fault).prove(site, plan, 0)
        steps.undo(site, plan.steps)
    least.close()
    logged = audited.asked(namespace)
    assert [each for each in logged if each.refused] == []
    never = NOT_HERE.get(name, set())
    assert {(right.verb, right.resource) for right in unused(rights, took(logged))} == never


def scenario_file(folder: Path, name: str) -> Path:
    """One of the scenarios, on two pods that may be disrupted one at a time."""
    faults, expect = GROUND[name]
    workload = manifests(FAULTS["pod-delete"].example)
    return write_scenario(folder, name, workload, faults, expect, observe="2s")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """What `healproof rbac` prints, as manifests."""
    assert cli.main(["rbac", "--output", "json", *words]) == 0
    items: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["items"]
    return items


def attached(audited: Audited, namespace: str, kubeconfig: Path, name: str) -> ClusterRecord:
    """The cluster as one of others, entered by this identity and with this namespace allowed."""
    context = audited.record.context
    provider = KubeconfigProvider(context=context, namespaces=[namespace], kubeconfig=kubeconfig, node_access=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(audited.folder))
        return provider.up(name, "any", Silent())


def run(audited: Audited, namespace: str, kubeconfig: Path, path: Path) -> Outcomes:
    """Run a scenario file as this identity."""
    record = attached(audited, namespace, kubeconfig, f"others-{path.stem}")
    limits = Limits.of({"max-faults": "2", "max-pods": "100%", "confirm": "control-plane"}, disposable=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(audited.folder))
        arena = Arena(
            record,
            run="least",
            folder=audited.folder / namespace,
            progress=Silent(),
            seed=1,
            prober_image="none",
            limits=limits,
        )
        (scenario,) = load_file(path)
        outcomes = arena.run(scenario)
        arena.close()
    return outcomes


@pytest.mark.parametrize("name", GROUND)
def test_a_run_takes_the_printed_roles_and_all_of_them(
    audited: Audited, namespace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Under them a scenario passes, nothing is refused, and the audit log shows each right in use."""
    path = scenario_file(tmp_path, name)
    roles = printed(capsys, str(path), "--namespace", namespace)
    kubeconfig = audited.identity(namespace, roles)
    result = run(audited, namespace, kubeconfig, path).result
    assert result.outcome is Outcome.PASSED, result.verdict
    logged = audited.asked(namespace)
    assert [each for each in logged if each.refused] == []
    assert unused(rights_of(roles, namespace), took(logged)) == []


@pytest.mark.parametrize("less", LESS, ids="-".join)
def test_one_verb_less_ends_a_run_undecided_with_what_is_missing(
    audited: Audited, namespace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], less: tuple[str, str, str]
) -> None:
    """The verdict names the request that was refused; nothing passes or fails for want of a right."""
    name, verb, resource = less
    path = scenario_file(tmp_path, name)
    roles = printed(capsys, str(path), "--namespace", namespace)
    lacking = without(roles, verb, resource)
    assert lacking != roles
    kubeconfig = audited.identity(namespace, lacking)
    undecided = run(audited, namespace, kubeconfig, path).result
    assert undecided.outcome is Outcome.INCONCLUSIVE
    said = " ".join(undecided.verdict.doubts)
    # of Secrets the server's own words are withheld, the request is named
    assert f'cannot {verb} resource "{resource}"' in said or f"/{resource}: 403 Forbidden" in said


def test_a_namespace_alone_is_enough_where_no_fault_needs_more(
    audited: Audited, namespace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --cluster-scope no there is no ClusterRole; without a right to see nodes the scenario passes still."""
    path = scenario_file(tmp_path, "pod-lost")
    roles = printed(capsys, str(path), "--namespace", namespace, "--cluster-scope", "no")
    assert {role["kind"] for role in roles} == {"ServiceAccount", "Role", "RoleBinding"}
    result = run(audited, namespace, audited.identity(namespace, roles), path).result
    assert result.outcome is Outcome.PASSED, result.verdict
    refused = {(each.right.verb, each.right.resource) for each in audited.asked(namespace) if each.refused}
    assert refused == {("list", "nodes")}, "attaching asks which nodes there are, and goes without"


def rights_of(roles: list[dict[str, Any]], namespace: str) -> set[Right]:
    """The rights that roles grant, each by itself."""
    return {
        Right(verb, group, resource, name, _scope(role, namespace))
        for role in roles
        for rule in role.get("rules", [])
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
        for name in rule.get("resourceNames", [""])
    }


def _scope(role: dict[str, Any], namespace: str) -> str:
    scope = "*" if role["kind"] == "ClusterRole" else role["metadata"]["namespace"]
    return "" if scope == namespace else scope


def without(roles: list[dict[str, Any]], verb: str, resource: str) -> list[dict[str, Any]]:
    """The roles without one verb on one resource."""
    return [
        {**role, "rules": [rule for each in role["rules"] for rule in _cut(each, verb, resource)]}
        if "rules" in role
        else role
        for role in roles
    ]


def _cut(rule: dict[str, Any], verb: str, resource: str) -> Iterator[dict[str, Any]]:
    for each in rule["resources"]:
        verbs = [other for other in rule["verbs"] if (other, each) != (verb, resource)]
        if verbs:
            yield {**rule, "resources": [each], "verbs": verbs}


def test_kubectl_lists_the_printed_role_and_nothing_beyond(
    audited: Audited, namespace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`kubectl auth can-i --list` of the identity is the printed rules, and what Kubernetes allows everybody."""
    path = scenario_file(tmp_path, "service-gone")
    roles = printed(capsys, str(path), "--namespace", namespace)
    kubeconfig = audited.identity(namespace, roles)
    kubectl = ["kubectl", f"--kubeconfig={kubeconfig}", "auth", "can-i", "--list", "--no-headers", "-n", namespace]
    said = subprocess.run(kubectl, capture_output=True, text=True, check=True, timeout=30).stdout
    rows = [row for row in said.splitlines() if row.split("[")[0].strip()]
    listed = {tuple(_words(row)) for row in rows if not any(each in row for each in EVERYBODYS)}
    wanted = {
        (f"{resource}.{group}" if group and group != "*" else "*.*" if group == "*" else resource, name, verb)
        for verb, group, resource, name, scope in rights_of(roles, namespace)
        if scope in ("", "*")
    }
    assert {(what, name, verb) for what, names, verbs in listed for name in names or ("",) for verb in verbs} == wanted


def _words(row: str) -> Iterator[Any]:
    """`pods   []   [web]   [get list]` as the resource, its names and its verbs."""
    what, _, _, names, _, verbs = (part.strip() for part in _parts(row))
    yield from (what, tuple(names.split()), tuple(verbs.split()))


def _parts(row: str) -> list[str]:
    resource, _, rest = row.partition("[")
    urls, names, verbs = (part.partition("]")[0] for part in rest.split("["))
    return [resource, urls, "", names, "", verbs]
