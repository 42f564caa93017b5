"""Healthy controls: namespaces where nothing is wrong, most of them with a past that looks like trouble."""

from __future__ import annotations

from harness.kube import actions
from harness.machine.clock import wait_until
from tests.bench.blind.apps import AGNHOST
from tests.bench.blind.case import KIND, Case, always, event, restarted, waiting
from tests.bench.blind.stand import Stand


def cases() -> list[Case]:
    """All of them; each ends with everything whole."""
    return [
        Case("", "as-placed", lambda stand: None, always, birth="live"),
        Case("", "rolled-out", _rolled_out, always, birth="live"),
        Case("", "pod-replaced", _replaced, always, birth="live"),
        Case("", "scaled-up", _scaled_up, always, birth="live"),
        Case("", "meant-to-be-off", _off, always, birth="live"),
        Case("", "quota-with-room", _roomy_quota, always, birth="live"),
        Case("", "quota-was-full", _quota_was_full, always, birth="live", held_out=True),
        Case("", "job-done", _job, always, birth="live"),
        Case("", "crashed-once", _crashed_once, restarted(1), birth="live", on=KIND),
        Case("", "image-was-wrong", _image_was_wrong, always, birth="live", on=KIND, held_out=True),
    ]


def _rolled_out(stand: Stand) -> None:
    stand.change_container({"env": [{"name": "RELEASE", "value": "2"}]})
    stand.steady()


def _replaced(stand: Stand) -> None:
    actions.delete(stand.client, "pods", stand.draw.choice(stand.pods())["metadata"]["name"], stand.namespace)
    stand.steady()


def _scaled_up(stand: Stand) -> None:
    stand.scale(stand.app.workload["spec"]["replicas"] + 1)
    stand.steady()


def _off(stand: Stand) -> None:
    """Declared with no replica, without a Service: somebody wants it so."""
    labels = {"app": "nightly"}
    pods = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": AGNHOST}]}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": pods}
    stand.add({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "nightly"}, "spec": spec})


def _roomy_quota(stand: Stand) -> None:
    hard = {"pods": "50", "requests.cpu": "20"}
    stand.add({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "team"}, "spec": {"hard": hard}})


def _quota_was_full(stand: Stand) -> None:
    """Pods were refused, then the quota was raised."""
    pods = len(actions.listed(stand.client, "pods", stand.namespace))
    quota = {"metadata": {"name": "team"}, "spec": {"hard": {"pods": str(pods)}}}
    stand.add({"apiVersion": "v1", "kind": "ResourceQuota", **quota})
    wanted = stand.app.workload["spec"]["replicas"]
    stand.scale(wanted + 1)
    wait_until(lambda: event("exceeded quota")(stand), timeout_seconds=30)
    stand.edit("resourcequotas", "team", {"spec": {"hard": {"pods": "40"}}})
    stand.scale(wanted)
    stand.scale(wanted + 2)
    stand.steady()


def _job(stand: Stand) -> None:
    container = {"name": "main", "image": AGNHOST, "imagePullPolicy": "IfNotPresent", "command": ["/agnhost", "--help"]}
    pods = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"}, "spec": {"template": pods}}
    stand.add(job)

    def done() -> bool:
        status = actions.get(stand.client, "jobs", "migrate", stand.namespace).get("status", {})
        return bool(status.get("succeeded"))

    wait_until(done, timeout_seconds=60)


def _crashed_once(stand: Stand) -> None:
    """It ends once with an error and goes on well."""
    good = stand.container()["command"]
    start = good[-1] if good[0] == "sh" else f"exec {' '.join(good)}"
    text = f"[ -e /scratch/was ] || {{ touch /scratch/was; echo first start; exit 1; }}; {start}"
    mount = [{"name": "scratch", "mountPath": "/scratch"}]
    stand.change_pods(
        {
            "volumes": [{"name": "scratch", "emptyDir": {}}],
            "containers": [
                {
                    "name": stand.app.container,
                    "command": ["sh", "-c", text],
                    "volumeMounts": mount,
                    "livenessProbe": None,
                }
            ],
        }
    )
    stand.steady()


def _image_was_wrong(stand: Stand) -> None:
    stand.change_container({"image": "docker.io/library/busybox:9.99"})
    wait_until(lambda: waiting("ErrImagePull", "ImagePullBackOff")(stand), timeout_seconds=40)
    stand.change_container({"image": stand.container()["image"]})
    if stand.app.plural == "statefulsets":  # its controller leaves a pod that never became ready alone
        for pod in stand.pods():
            actions.delete(stand.client, "pods", pod["metadata"]["name"], stand.namespace, grace_seconds=0)
    stand.steady()
