"""What a lying Corefile promises: the lie stands at the head of the first server, and all else is as it was."""

from __future__ import annotations

import pytest

from harness.faults.dns_wrong import lying, zone_of
from harness.model.errors import InjectionFailed

COREFILE = """# of kubeadm {
.:53 {
    errors
    kubernetes cluster.example in-addr.arpa {
       fallthrough in-addr.arpa
    }
    forward . /etc/resolv.conf
}
"""


def test_the_lie_outranks_the_rest_of_the_first_server() -> None:
    """It is inside the server's block, before any plugin that would know better; the lines around it are untouched."""
    lines = lying(COREFILE, r"\.shop\.svc\.$", "NXDOMAIN").splitlines()
    assert lines[2:7] == [
        "    template IN A {",
        r"        match \.shop\.svc\.$",
        "        rcode NXDOMAIN",
        "        fallthrough",
        "    }",
    ]
    assert lines[:2] + lines[7:] == COREFILE.splitlines()


def test_an_address_is_answered_with_a_record() -> None:
    """The record is in the zone file's form, under the name that was asked for."""
    assert 'answer "{{ .Name }} 5 IN A 203.0.113.7"' in lying(COREFILE, "x", "203.0.113.7")


def test_the_domain_is_the_clusters_own() -> None:
    """Clusters may have another domain than cluster.local."""
    assert zone_of(COREFILE) == "cluster.example"
    assert zone_of(".:53 {\n}\n") == "cluster.local"


def test_a_corefile_without_a_server_is_refused() -> None:
    """Nothing is put where CoreDNS would not read it."""
    with pytest.raises(InjectionFailed, match="no server block"):
        lying("# nothing\n", "x", "NXDOMAIN")
