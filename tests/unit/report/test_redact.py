"""No report shows a credential, and none loses anything else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.redact import REDACTED, printable, redact, redact_text

SECRETS = st.text(st.sampled_from("ABCDEFghijkl0123456789_-"), min_size=12, max_size=40).map(lambda s: f"Zq{s}")
NAMES = st.sampled_from(
    ["PASSWORD", "DB_PASSWORD", "API_KEY", "github-token", "clientSecret", "AWS_ACCESS_KEY", "passphrase"]
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def secret_places(secret: str, name: str) -> list[object]:
    return [
        {"kind": "Secret", "metadata": {"name": "web"}, "data": {"a": secret}},
        {"kind": "Secret", "stringData": {"deep": secret}, "type": "Opaque"},
        {"kind": "Secret", "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": secret}}},
        {"env": [{"name": name, "value": secret}]},
        {name: secret},
        {"args": [f"--{name}", secret]},
        {"command": ["sh", "-c", f"run --{name}={secret}"]},
        {"users": [{"user": {"client-key-data": secret, "token": secret, "client-certificate-data": secret}}]},
        {"data": {"config": f"{name}: {secret}\nport: 80"}},
        f"Authorization: Bearer {secret}",
        f"cannot reach https://admin:{secret}@db:5432/x",
        f'{{"{name}": "{secret}"}}',
        json.dumps({"applied": json.dumps({name: secret})}),
        f"-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----",
    ]


@given(SECRETS, NAMES, st.lists(PLAIN, max_size=3))
def test_no_credential_survives_anywhere(secret, name, around):
    """Wherever a manifest, a kubeconfig or a message holds a credential, redacting takes it out."""
    for place in secret_places(secret, name):
        assert secret not in json.dumps(redact([place, *around, {"nested": [place]}])), place


@given(PLAIN)
def test_redacting_twice_changes_nothing_more(data):
    """Redacting is idempotent."""
    assert redact(redact(data)) == redact(data)


@given(SECRETS, NAMES)
def test_redacting_secrets_twice_changes_nothing_more(secret, name):
    """Redacting what was redacted changes nothing."""
    for place in secret_places(secret, name):
        assert redact(redact(place)) == redact(place)


@given(st.text())
def test_printable_text_has_no_character_that_xml_forbids(text):
    """Any text becomes one that an XML parser accepts."""
    assert not [letter for letter in printable(text) if ord(letter) < 32 and letter not in "\t\n\r"]


@pytest.mark.parametrize(
    "harmless",
    [
        {"kind": "Deployment", "spec": {"volumes": [{"secret": {"secretName": "web-tls"}}]}},
        {"env": [{"name": "PASSWORD_FILE", "value": "/run/secrets/x"}, {"name": "PORT", "value": "80"}]},
        {"valueFrom": {"secretKeyRef": {"name": "web", "key": "password"}}},
        {"automountServiceAccountToken": False, "serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
        "deployment/web recovered 1.59 ± 0.04 s after the injection, within 30s",
        'secret "web" not found',
        "pod web-1 on hp-worker: not ready, web waiting: CrashLoopBackOff",
    ],
)
def test_what_is_no_credential_stays(harmless):
    """Names and paths of secrets, and ordinary findings, are left as they are."""
    assert redact(harmless) == harmless


def test_keys_of_a_secret_stay_readable():
    """Which keys a Secret has is no secret, and helps to find what lacks."""
    clean = redact({"kind": "Secret", "metadata": {"name": "web"}, "data": {"password": "aHVudGVyMg=="}})
    assert clean == {"kind": "Secret", "metadata": {"name": "web"}, "data": {"password": REDACTED}}
    assert redact_text("no change") == "no change"
