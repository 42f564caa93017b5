"""The pods that are not well at the moment, and what they complain of in their own words. Names no cause."""

from __future__ import annotations

import re

from harness.model.diagnosis import Symptom, Symptoms
from harness.model.full.pods import Pod
from harness.model.scene import Scene

NAMES = re.compile(
    r"no such host|server misbehaving|bad address|name resolution|could not resolve|nxdomain|eai_again|getaddrinfo"
    r"|unknown ?host|name or service not known|nodename nor servname|lookup \S+ on ",
    re.IGNORECASE,
)
"""A name that was not found, as resolvers and languages put it."""
SILENCE = re.compile(
    r"time(d)?[ -]?out|deadline exceeded|no route to host|network is unreachable|etimedout", re.IGNORECASE
)
NO_SPACE = re.compile(r"no space left|enospc|disk (is )?full|disk quota exceeded", re.IGNORECASE)
READ_ONLY = re.compile(r"read-only file ?system|erofs|readonly database", re.IGNORECASE)
MISSING = re.compile(r"no such file or directory|enoent|file ?not ?found|cannot find the file", re.IGNORECASE)

_WORDS_OF = ("probe-failed", "log-error", "container-ended", "container-waiting")
_LINES = 30


def ailing(scene: Scene) -> list[Pod]:
    """The pods that should serve and do not; those that are being deleted or have ended are not meant."""
    return [pod for pod in scene.pods if pod.active and not pod.ready]


def complaints(scene: Scene, symptoms: Symptoms, pod: Pod, words: re.Pattern[str]) -> list[str]:
    """What a pod's probes, ends and logs say in such words, each once, with where it stands."""
    name = pod.metadata.name
    told = [
        f"{each.text} ({each.source})"
        for each in symptoms.of(*_WORDS_OF, about=f"pod/{name}")
        if words.search(_all_of(each))
    ]
    lines = [line.strip() for line in scene.log_of(name)[-_LINES:] if words.search(line)]
    told += [f"{line[:200]} (log of pod/{name})" for line in lines if not any(line[:60] in each for each in told)]
    return list(dict.fromkeys(told))[:3]


def _all_of(symptom: Symptom) -> str:
    return " ".join([symptom.text, *symptom.facts.values()])
