"""Asks the API server whether it would allow a request; every identity may ask that of itself."""

from __future__ import annotations

import msgspec

from harness.kube.client import Client
from harness.kube.rights import CLUSTER, Right

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


def allowed(client: Client, right: Right) -> bool:
    """Whether this identity has a right, whose namespace is a real one; raises ApiError, ClusterBroken."""
    resource, _, subresource = right.resource.partition("/")
    attributes = {
        "verb": right.verb,
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
        "name": right.name,
        "namespace": "" if right.namespace == CLUSTER else right.namespace,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = client.request("POST", _REVIEWS, body=review)
    return msgspec.json.decode(answer, type=_Review).status.allowed


class _Status(msgspec.Struct):
    allowed: bool = False


class _Review(msgspec.Struct):
    status: _Status
