from __future__ import annotations

import pytest

from harness.machine.progress import Silent
from harness.model.errors import ClusterBroken
from harness.providers.host_facts import HostFacts
from harness.providers.kind_host import examine_host, prepare_host


def test_an_ordinary_host_is_left_alone() -> None:
    """Where /lib/modules is there and the inotify limit is high enough nothing is said and nothing is to do."""
    assert [finding.remedy for finding in examine_host(HostFacts())] == ["", ""]
    prepare_host(HostFacts(), Silent())


def test_a_missing_modules_folder_is_an_ordinary_users_to_make() -> None:
    """Without rights the error names the one command that puts it right."""
    facts = HostFacts(has_modules_folder=False, root=False)
    with pytest.raises(ClusterBroken) as refused:
        prepare_host(facts, Silent())
    assert refused.value.hint == "sudo mkdir -p /lib/modules"
    assert not examine_host(facts)[0].ok


def test_a_low_inotify_limit_comes_with_its_remedy() -> None:
    """The limit that stops kube-proxy on the second cluster is shown before anybody meets it."""
    finding = examine_host(HostFacts(inotify_instances=128))[1]
    assert finding.ok
    assert "sysctl fs.inotify.max_user_instances=512" in finding.remedy
