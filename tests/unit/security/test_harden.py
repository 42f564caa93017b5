"""What `healproof harden` promises: a table, JSON of the same, an exit code, and a word where it could not look."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from planted_weakness import SOUND, WEAK

from harness import cli
from harness.model.errors import Exit

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"
TRIVY = {
    "Results": [
        {
            "Vulnerabilities": [
                {"VulnerabilityID": "CVE-1", "PkgName": "zlib", "Severity": "MEDIUM", "FixedVersion": ""},
                {"VulnerabilityID": "CVE-2", "PkgName": "openssl", "Severity": "CRITICAL", "FixedVersion": "3.0.1"},
            ]
        },
        {"Target": "without"},
    ]
}
GRYPE = {
    "matches": [
        {
            "vulnerability": {"id": "CVE-2", "severity": "Critical", "fix": {"versions": ["3.0.1"]}},
            "artifact": {"name": "openssl"},
        },
        {"vulnerability": {"id": "CVE-3", "severity": "Negligible"}, "artifact": {"name": "zlib"}},
    ]
}


def manifests(folder: Path, objects: list[dict[str, object]]) -> str:
    path = folder / "objects.yaml"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return str(path)


def scanner(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    """Put a program of that name on PATH, and no other scanner."""
    program = folder / "bin" / name
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}/usr/bin{os.pathsep}/bin")


def test_the_exit_code_says_whether_something_bad_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """1 from the severity of --fail-on on, 0 below it and for a sound workload."""
    weak = manifests(tmp_path, WEAK["one-replica"])
    assert cli.main(["harden", "--no-images", weak]) == Exit.FAILED
    assert cli.main(["harden", "--no-images", "--fail-on", "critical", weak]) == Exit.PASSED
    assert cli.main(["harden", "--no-images", manifests(tmp_path, SOUND)]) == Exit.PASSED
    assert "no findings" in capsys.readouterr().out


def test_text_and_json_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Check, severity, object, reason and the command that changes it are in both."""
    weak = manifests(tmp_path, WEAK["budget-blocks"])
    cli.main(["harden", "--no-images", weak])
    text = " ".join(capsys.readouterr().out.split())
    cli.main(["harden", "--no-images", "--json", weak])
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    for key in ("check", "severity", "object", "seen", "why", "command"):
        assert finding[key] in text
    assert finding["command"].startswith("kubectl patch poddisruptionbudget web --type strategic -p ")


@pytest.mark.parametrize(("name", "answer"), [("trivy", TRIVY), ("grype", GRYPE)])
def test_the_users_scanner_is_asked_about_each_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, answer: object
) -> None:
    """What it tells becomes one finding an image, as bad as its worst flaw."""
    scanner(tmp_path, monkeypatch, name, f"cat <<'END'\n{json.dumps(answer)}\nEND")
    assert cli.main(["harden", "--json", manifests(tmp_path, SOUND)]) == Exit.FAILED
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["check"], finding["severity"]) == ("image-vulnerability", "critical")
    assert "1 critical" in finding["seen"]
    assert "CVE-2 in openssl, fixed in 3.0.1" in finding["seen"]


def test_a_scanner_that_fails_is_no_clean_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be looked at is named."""
    scanner(tmp_path, monkeypatch, "trivy", "echo no database >&2; exit 1")
    cli.main(["harden", "--json", manifests(tmp_path, SOUND)])
    (words,) = json.loads(capsys.readouterr().out)["unseen"]
    assert "trivy failed" in words


def test_the_absence_of_a_scanner_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence would read as clean."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["harden", manifests(tmp_path, SOUND)]) == Exit.PASSED
    assert "neither trivy nor grype is on PATH" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Pod\n", ":1: no Kubernetes object"),
        (f"{POD}spec: {{containers: one}}\n", ":4: `spec.containers` cannot be 'one'"),
        ("a: [", "YAML"),
    ],
)
def test_bad_manifests_are_refused_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    """File, line, what is wrong; exit code 2."""
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert cli.main(["harden", str(path)]) == Exit.USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["x.yaml", "--namespace", "shop"],
        ["--namespace", "a", "--kubeconfig", "no-such-file"],
        ["--check", "no", "x.yaml"],
    ],
)
def test_words_that_do_not_fit_are_refused(words: list[str]) -> None:
    """Exit code 2 before anything is read."""
    assert cli.main(["harden", *words]) == Exit.USAGE
