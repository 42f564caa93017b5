"""The step `dns-query`: what the cluster's DNS says of a Service, asked from a pod and from another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.isolate.answers import Answer
from harness.isolate.asking import Origin, Target
from harness.isolate.network import PODS_MAX, needed_by, origins, runs, services_of
from harness.isolate.step import STEPS, Errand, IsolationStep, Means, Place
from harness.model.scene import Look

_ALWAYS_THERE = "kubernetes.default.svc"
"""Every cluster has this Service."""


@STEPS.enter("dns-query")
class DnsQuery(IsolationStep):
    """Asks the DNS server of a pod for the names of Services: of those that the pod needs, or that it is behind.

    From the pod's own network and from another pod: answered there and not here is the pod's way to the DNS, answered
    nowhere is the DNS, a wrong answer is its configuration.
    """

    makes = "a helper pod that asks for names, where no pod of the namespace can be entered"

    def errands(self, place: Place, means: Means) -> Iterator[Errand]:
        """One for each pod and origin that is a pod."""
        for pod in [each for each in place.pods if runs(each)][:PODS_MAX]:
            services = [*needed_by(means.scene, place, pod), *services_of(means.scene, pod)]
            names = dict.fromkeys(f"{each.metadata.name}.{means.scene.namespace}.svc" for each in services)
            targets = [Target(each, each) for each in (*names, _ALWAYS_THERE)]
            for origin, guest in origins(pod, means):
                if not origin.ref.startswith("node/"):
                    yield Errand(f"names asked from {origin.ref}", _asking(origin, targets), guest)

    def told(self, look: Look) -> str:
        """The addresses or the refusal, and who was asked from where."""
        said = look.facts.get("answer") or look.facts["error"]
        return f"{said} (from {look.facts['from']}, server {look.facts['server']})"


def _asking(origin: Origin, targets: Sequence[Target]) -> Callable[[], list[Look]]:
    def run() -> list[Look]:
        return [_look(origin, target, answer) for target, answer in zip(targets, origin.ask(targets), strict=True)]

    return run


def _look(origin: Origin, target: Target, answer: Answer) -> Look:
    told = {
        "from": origin.ref,
        "server": answer.server,
        "answer": ", ".join(answer.addresses),
        "error": answer.refusal,
        "seconds": f"{answer.looked_up:.4f}" if answer.looked_up is not None else "",
    }
    return Look(
        kind="dns-query",
        about=target.host,
        facts={key: value for key, value in told.items() if value},
        good=None if answer.addresses else False,
        source=f"a query for {target.host} sent to {answer.server} from {origin.ref}",
    )
