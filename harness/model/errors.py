"""The errors a user can meet, each with what to do about it and the exit code it ends the command with."""

from __future__ import annotations

import enum


class Exit(enum.IntEnum):
    """Exit codes of the `healproof` command; pytest's own codes stay pytest's."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    BROKEN = 3
    UNDECIDED = 4
    INTERRUPTED = 130  # as shells say: 128 and SIGINT


class HealproofError(Exception):
    """Anything healproof reports to its user.

    `message` says what is wrong with the offending value in it; `hint` says what to do, and is empty only
    where the message already says so.
    """

    exit_code = Exit.BROKEN

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class BadInput(HealproofError):
    """A file, option or name that the user gave is not acceptable; nothing was touched."""

    exit_code = Exit.USAGE


class GuardRefused(BadInput):
    """A guard refused the scenario before anything was touched."""


class GuardStopped(HealproofError):
    """A guard stopped a scenario half-way; what was done is undone."""


class MissingProgram(HealproofError):
    """A program that is needed is neither here nor obtainable."""


class CommandFailed(HealproofError):
    """A subprocess ended with an error or did not end in time."""

    def __init__(self, argv: list[str], code: int | None, output: str, *, hint: str = "") -> None:
        ended = "did not end in time" if code is None else f"exit code {code}"
        super().__init__(f"{' '.join(argv)}: {ended}\n{output.strip()[-2000:]}".rstrip(), hint=hint)
        self.argv = argv
        self.code = code
        self.output = output


class ClusterBroken(HealproofError):
    """The cluster cannot be reached, died half-way, or never became ready."""


class ApiError(HealproofError):
    """The API server answered with an error status."""

    def __init__(self, method: str, path: str, status: int, reason: str, message: str) -> None:
        super().__init__(f"{method} {path}: {status} {reason}: {message}")
        self.status = status
        self.reason = reason


class InjectionFailed(HealproofError):
    """The fault could not be injected, or nothing but its own call says that it bit."""


class UndoFailed(HealproofError):
    """A fault could not be put back; the journal keeps its token for `healproof recover`."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="run `healproof recover` once the cluster answers again")
