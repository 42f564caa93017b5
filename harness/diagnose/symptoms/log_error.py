"""Lines of logs that tell of errors, folded into templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from harness.model.diagnosis import Symptom, SymptomReader
from harness.model.scene import Log, Scene
from harness.registry import SYMPTOMS

TEMPLATES_MAX = 5
"""So many different errors of one container are told, the most frequent first."""
_LINE_LENGTH_MAX = 300


@SYMPTOMS.enter("log-error")
class LogError(SymptomReader):
    """A container's log tells of an error; lines that differ in numbers, times and addresses only are one.

    Facts: `container`, `class` (out-of-memory, panic, no-space, read-only, no-such-host, refused, timeout, denied,
    tls, not-found, error), `count`, `line` (the last such line), `hosts` (names and addresses in it, comma between),
    `unresolved` (the name that was looked up in vain), `previous` (true where it is the log of the container before).
    """

    def read(self, scene: Scene) -> Iterator[Symptom]:
        """The error lines of every log that was read."""
        for log in scene.logs:
            if log.namespace == scene.namespace:
                yield from _symptoms(log)


def class_of(line: str) -> str:
    """What kind of error a line tells of; an empty string where it tells of none."""
    found = next((kind for pattern, kind in _CLASSES if pattern.search(line)), "")
    return found or ("error" if _ERROR.search(line) else "")


def hosts_in(line: str) -> list[str]:
    """The names and addresses that a line speaks of, each once: in URLs, with a port, or after words such as lookup."""
    found = [match["host"].rstrip(".").lower() for pattern in _HOSTS for match in pattern.finditer(line)]
    return list(dict.fromkeys(found))


def unresolved_in(line: str) -> str:
    """The name that resolvers of several languages say they could not look up."""
    found = _UNRESOLVED.search(line)
    return found["host"].rstrip(".").lower() if found else ""


def _symptoms(log: Log) -> Iterator[Symptom]:
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], str] = {}
    for line in log.lines:
        kind = class_of(line)
        if kind:
            key = kind, _VARIES.sub("#", line)
            counts[key] += 1
            last[key] = line.strip()[:_LINE_LENGTH_MAX]
    for (kind, template), count in counts.most_common(TEMPLATES_MAX):
        line = last[kind, template]
        which = "previous log" if log.previous else "log"
        yield Symptom(
            kind="log-error",
            object=f"pod/{log.pod}",
            text=f"container {log.container} logged {count} times: {line}",
            source=f"{which} of pod/{log.pod}",
            facts={
                "container": log.container,
                "class": kind,
                "count": str(count),
                "line": line,
                "hosts": ",".join(hosts_in(line)),
                "unresolved": unresolved_in(line) if kind == "no-such-host" else "",
                "previous": str(log.previous).lower(),
            },
        )


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CLASSES = (
    (_words(r"out of memory|OutOfMemoryError|cannot allocate memory|\bMemoryError\b|\bOOM\b"), "out-of-memory"),
    (_words(r"no space left on device|ENOSPC|disk quota exceeded|\[Errno 28\]"), "no-space"),
    (_words(r"read-only file system|EROFS|\[Errno 30\]"), "read-only"),
    (_words(r"no such host|name or service not known|name resolution|NXDOMAIN|getaddrinfo|ENOTFOUND"), "no-such-host"),
    (_words(r"connection refused|ECONNREFUSED|\[Errno 111\]"), "refused"),
    (_words(r"timed? ?out|deadline exceeded|ETIMEDOUT"), "timeout"),
    (_words(r"x509|certificate|TLS handshake|ssl error|SSLError"), "tls"),
    (_words(r"permission denied|access denied|unauthorized|forbidden|EACCES|authentication failed"), "denied"),
    (_words(r"^panic:|\bpanic\b|fatal error: runtime|Traceback \(most recent|segmentation fault|core dumped"), "panic"),
    (_words(r"no such file or directory|FileNotFoundError|ENOENT|key ?not found|KeyError"), "not-found"),
)
_ERROR = _words(r"\b(?:error|err|fatal|critical|exception|failed|failure|cannot|could not)\b")
_VARIES = re.compile(r"0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+(?:[.:T/-]\d+)*Z?", re.IGNORECASE)
_HOST = r"['\"]?(?P<host>[a-z0-9][a-z0-9.-]*)"
_UNRESOLVED = _words(
    r"(?:lookup|resolve(?: host)?|ENOTFOUND|EAI_AGAIN|UnknownHostException|bad address|host name|unknown host)"
    r"[:\s]+(?!host)" + _HOST
)
_HOSTS = (
    _words(r"://(?:[^@\s/]+@)?(?P<host>[a-z0-9][a-z0-9.-]*)"),
    _words(r"(?<![\w.:/-])(?P<host>[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*|\d+(?:\.\d+){3}):\d{2,5}\b"),
    _words(r"(?:lookup|resolve|host(?:name)?|ENOTFOUND|EAI_AGAIN|to|dial tcp)[:\s]+(?!lookup)" + _HOST),
)
