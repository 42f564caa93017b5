"""Promise: an expired certificate is named by the kubelet's own words, and only suspected without them."""

from __future__ import annotations

from diagnose.asked import first, named, suspicions
from diagnose.scenes import deployment, node, pod, scene
from diagnose.surroundings import lost_pod, silent_node
from harness.model.scene import Look

SAID = (
    'E0305 11:59:40.1 1 bootstrap.go:266] "Part of the existing bootstrap client certificate in '
    '/etc/kubernetes/kubelet.conf is expired" time="2020-01-02 00:00:00 +0000 UTC"'
)


def test_the_kubelets_log_names_it() -> None:
    """It outranks the kubelet that ends because of it."""
    log = Look(kind="node-log", about="node/worker", facts={"kubelet": SAID})
    ended = Look(kind="node-process", about="node/worker", facts={"kubelet": "gone", "containerd": "S"})
    found = scene(silent_node(), deployment(lost_pod("web-1")), looks=[log, ended])
    assert named(found) == ["kubelet-certificate-expired"]
    assert "is expired" in first(found).evidence[0]


def test_a_kubelet_that_runs_and_is_not_heard_is_only_suspected_of_it() -> None:
    """A cut network looks the same from here, so the confidence is low."""
    runs = Look(kind="node-process", about="node/worker", facts={"kubelet": "S"})
    (found,) = suspicions(
        scene(silent_node(), deployment(lost_pod("web-1")), looks=[runs]), "kubelet-certificate-expired"
    )
    assert found.confidence < 0.5
    assert "openssl" in found.decides


def test_words_of_a_healthy_node_prove_nothing() -> None:
    """The log is old: the node is Ready now."""
    log = Look(kind="node-log", about="node/worker", facts={"kubelet": SAID})
    assert named(scene(node(), deployment(pod("web-1")), looks=[log])) == []
