import pytest

from harness.model.errors import BadInput, MissingProgram
from harness.providers import doctor
from harness.providers.base import Finding


class Examined:
    def __init__(self, name, *findings):
        self.name = name
        self._findings = list(findings)

    def examine(self):
        return self._findings


NO_ENGINE = Finding("container engine", False, "docker: not installed", "install docker")


@pytest.fixture
def machine(monkeypatch):
    """A machine on which the named providers can run."""

    def make(*can_run):
        lacks = {"kind": NO_ENGINE, "kwok": Finding("go", False, "not here", "install Go")}
        monkeypatch.setattr(
            doctor,
            "provider_named",
            lambda name: Examined(name, *([lacks[name]] if name in lacks and name not in can_run else [])),
        )

    return make


def test_auto_is_kind_where_an_engine_runs(machine):
    """The real thing comes first."""
    machine("kind", "kwok")
    assert doctor.choose("auto") == "kind"


def test_auto_is_kwok_where_no_engine_runs(machine):
    """Without an engine the simulated cluster is used, and the report says what that leaves out and what to do."""
    machine("kwok")
    assert doctor.choose("auto") == "kwok"
    last = doctor.examine()[-1]
    assert last.subject == "cluster"
    assert "left out" in last.seen
    assert "docker: not installed" in last.seen
    assert last.remedy == "install docker"


def test_auto_fails_where_nothing_can_run(machine):
    """With neither, the error points at the explanation."""
    machine()
    with pytest.raises(MissingProgram, match="doctor"):
        doctor.choose("auto")
    assert not doctor.examine()[-1].ok


def test_a_named_provider_is_taken_at_its_word(machine):
    """Whoever asks for kind gets kind and its errors, never something else in silence."""
    machine("kwok")
    assert doctor.choose("kind") == "kind"


def test_an_unknown_provider_is_refused():
    """A misspelt provider gets the accepted values."""
    with pytest.raises(BadInput, match=r"'kindd'(.|\n)*kwok"):
        doctor.choose("kindd")


def test_every_line_that_is_not_ok_says_what_to_do(machine):
    """A finding without a remedy would leave the user alone."""
    machine()
    assert all(finding.remedy for finding in doctor.examine() if not finding.ok)


def test_a_missing_tool_is_told_with_what_it_is_for(tmp_path, monkeypatch):
    """Nothing on PATH is no failure: the lines say what each tool would give."""
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = doctor.examine_tools()
    assert all(finding.ok and finding.seen == "not installed" and finding.remedy for finding in findings)
    broken = tmp_path / "go"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert next(each for each in doctor.examine_tools() if each.subject == "go").seen == "ends with code 3"
