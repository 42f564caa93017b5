"""Keeps credentials out of everything that is written for people. Must not know what is written where."""

from __future__ import annotations

import re
from typing import Any

REDACTED = "[redacted]"

_CREDENTIAL = r"(?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)"
_CREDENTIAL_NAME = re.compile(_CREDENTIAL, re.IGNORECASE)
_HARMLESS_NAME = re.compile(r"(?:Name|Ref|Path|Seconds|File|Policy|_FILE|_PATH|_NAME)s?$")
_KUBECONFIG_KEYS = frozenset(
    {"client-key-data", "client-certificate-data", "certificate-authority-data", "authorization"}
)
_FLAG = re.compile(r"^--?[\w-]+$")

# A value without quotes ends at white space only: taking too much is better than leaving the end of a password
_ASSIGNED = re.compile(
    rf"""(?P<name>\b[\w.-]*{_CREDENTIAL}[\w.-]*)(?P<is>\\?["']?[ \t]*[:=][ \t]*)"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'|\S+)""",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{4,}", re.IGNORECASE)
_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_USER_INFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@", re.IGNORECASE)


def redact(data: Any) -> Any:
    """A copy of plain data without credentials; keys and shape stay.

    Taken out are the values of Secrets, of environment variables, flags and keys whose names look secret, the
    credentials of a kubeconfig, and what `redact_text` finds in any other text.
    """
    match data:
        case dict():
            return _mapping(data)
        case list() | tuple():
            return _sequence(list(data))
        case str():
            return redact_text(data)
        case _:
            return data


def redact_text(text: str) -> str:
    """The text without bearer tokens, private keys, passwords in URLs, and values assigned to secret names."""
    text = _PRIVATE_KEY.sub(REDACTED, text)
    text = _AUTHORIZATION.sub(rf"\1 {REDACTED}", text)
    text = _JWT.sub(REDACTED, text)
    text = _USER_INFO.sub(rf"\1:{REDACTED}@", text)
    return _ASSIGNED.sub(_assigned, text)


def printable(words: str) -> str:
    """The redacted text without characters that XML 1.0 forbids; a replacement character stands for each."""
    return "".join(letter if _allowed(ord(letter)) else "\N{REPLACEMENT CHARACTER}" for letter in redact_text(words))


def looks_secret(name: str) -> bool:
    """Whether a variable, flag or key of this name holds a credential rather than the name or path of one."""
    return name.lower() in _KUBECONFIG_KEYS or bool(_CREDENTIAL_NAME.search(name) and not _HARMLESS_NAME.search(name))


def _mapping(data: dict[Any, Any]) -> dict[Any, Any]:
    secret = data.get("kind") == "Secret"
    variable = isinstance(data.get("name"), str) and looks_secret(data["name"])
    clean: dict[Any, Any] = {}
    for key, value in data.items():
        name = key if isinstance(key, str) else ""
        if secret and name in ("data", "stringData", "annotations") and isinstance(value, dict):
            clean[key] = dict.fromkeys(value, REDACTED)
        elif secret and name == "metadata" and isinstance(value, dict):
            # `kubectl apply` keeps the whole Secret in an annotation
            clean[key] = _mapping({"kind": "Secret", **value})
            clean[key].pop("kind")
        elif (variable and name == "value") or (looks_secret(name) and isinstance(value, str | bytes)):
            clean[key] = REDACTED
        else:
            clean[key] = redact(value)
    return clean


def _sequence(items: list[Any]) -> list[Any]:
    clean: list[Any] = []
    flag = False
    for item in items:
        clean.append(REDACTED if flag and isinstance(item, str) else redact(item))
        flag = isinstance(item, str) and bool(_FLAG.match(item)) and looks_secret(item)
    return clean


def _assigned(found: re.Match[str]) -> str:
    if not looks_secret(found["name"]):
        return found[0]
    quote = found["value"][0] if found["value"][0] in "\"'" and found["value"][-1] == found["value"][0] else ""
    return f"{found['name']}{found['is']}{quote}{REDACTED}{quote}"


def _allowed(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code < 0x7F
        or 0xA0 <= code <= 0xD7FF
        or 0xE000 <= code <= 0xFFFD
        or code > 0xFFFF
    )
