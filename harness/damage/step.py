"""The seam of every kind of damage that can be put back: plain data that can be done, undone, and told apart."""

from __future__ import annotations

import secrets

import msgspec

from harness.damage.site import Site, Touch


class Step(msgspec.Struct, frozen=True, kw_only=True, tag_field="step"):
    """One change of a cluster. It is on disk before it is done, and it is all that its undo needs.

    `id` is in every mark that the change leaves; `deed` says in a few words what is done.
    """

    id: str = msgspec.field(default_factory=lambda: secrets.token_hex(4))
    deed: str

    def touch(self) -> Touch:
        """What it touches, for the guard and for `healproof plan`."""
        raise NotImplementedError

    def do(self, site: Site) -> None:
        """Do it; doing it twice is doing it once."""
        raise NotImplementedError

    def undo(self, site: Site) -> None:
        """Put it back: idempotent, right even when `do` was cut off anywhere, from these fields alone."""
        raise NotImplementedError
