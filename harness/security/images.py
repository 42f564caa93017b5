"""Known vulnerabilities of images, as the user's own scanner (trivy or grype) tells them. Downloads none of its own."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from harness.machine.process import run
from harness.model.errors import HealproofError
from harness.security.check import Finding, Severity

SCAN_SECONDS_MAX = 300.0
"""How long one image may take, the first download of the scanner's database included."""
CHECK = "image-vulnerability"
WHY = (
    "A known flaw is what an intruder tries first, and a rebuilt image is its only cure: "
    "the pod that heals has the same flaw."
)


class Scanned(NamedTuple):
    """What was found, and in words what could not be looked at."""

    findings: list[Finding]
    unseen: list[str]


class Flaw(NamedTuple):
    """One vulnerability of an image; `fixed` is empty where no version cures it."""

    id: str
    severity: Severity
    package: str
    fixed: str


def scan(users: Mapping[str, Iterable[str]]) -> Scanned:
    """Scan images; `users` are the objects that run each. What lacks or fails is said, never taken for clean."""
    scanner = next((name for name in _SCANNERS if shutil.which(name)), None)
    if scanner is None:
        return Scanned([], ["image vulnerabilities: neither trivy nor grype is on PATH, so no image was looked at"])
    argv, read = _SCANNERS[scanner]
    found, unseen = list[Finding](), list[str]()
    for image, objects in sorted(users.items()):
        try:
            flaws = read(run([*argv, image], timeout_seconds=SCAN_SECONDS_MAX).stdout)
        except (HealproofError, msgspec.DecodeError) as error:
            unseen.append(f"{image}: {scanner} failed: {str(error).strip().splitlines()[0]}")
            continue
        if flaws:
            worst = max(flaws, key=lambda flaw: (flaw.severity.rank, bool(flaw.fixed)))
            found += [Finding(CHECK, worst.severity, each, _said(image, flaws, worst), WHY) for each in objects]
    return Scanned(found, unseen)


def _said(image: str, flaws: list[Flaw], worst: Flaw) -> str:
    counts = Counter(flaw.severity for flaw in flaws)
    told = ", ".join(f"{counts[severity]} {severity}" for severity in reversed(Severity) if counts[severity])
    cure = f"fixed in {worst.fixed}" if worst.fixed else "no fix yet"
    return f"{image}: {told}; such as {worst.id} in {worst.package}, {cure}"


def _severity(word: str) -> Severity:
    return Severity(word.lower()) if word.lower() in list(Severity) else Severity.LOW


class _TrivyFlaw(msgspec.Struct, rename="pascal"):
    vulnerability_id: str = msgspec.field(name="VulnerabilityID")
    pkg_name: str = ""
    severity: str = ""
    fixed_version: str = ""


class _TrivyResult(msgspec.Struct, rename="pascal"):
    vulnerabilities: list[_TrivyFlaw] | None = None


class _Trivy(msgspec.Struct, rename="pascal"):
    results: list[_TrivyResult] | None = None


def _of_trivy(answer: bytes) -> list[Flaw]:
    results = msgspec.json.decode(answer, type=_Trivy).results or []
    flaws = [flaw for result in results for flaw in result.vulnerabilities or []]
    return [Flaw(f.vulnerability_id, _severity(f.severity), f.pkg_name, f.fixed_version) for f in flaws]


class _GrypeFix(msgspec.Struct):
    versions: list[str] = []


class _GrypeFlaw(msgspec.Struct):
    id: str
    severity: str = ""
    fix: _GrypeFix = msgspec.field(default_factory=_GrypeFix)


class _GrypeMatch(msgspec.Struct):
    vulnerability: _GrypeFlaw
    artifact: dict[str, Any] = {}


class _Grype(msgspec.Struct):
    matches: list[_GrypeMatch] = []


def _of_grype(answer: bytes) -> list[Flaw]:
    matches = msgspec.json.decode(answer, type=_Grype).matches
    return [
        Flaw(
            match.vulnerability.id,
            _severity(match.vulnerability.severity),
            str(match.artifact.get("name", "")),
            next(iter(match.vulnerability.fix.versions), ""),
        )
        for match in matches
    ]


_Reader = Callable[[bytes], list[Flaw]]
_SCANNERS: dict[str, tuple[list[str], _Reader]] = {
    "trivy": (["trivy", "image", "--quiet", "--scanners", "vuln", "--format", "json"], _of_trivy),
    "grype": (["grype", "--quiet", "--output", "json"], _of_grype),
}
