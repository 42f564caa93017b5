"""What the reference promises: its generated pages say what the code says."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.registry import EXPECTATIONS, FAULTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES: dict[str, str] = runpy.run_path(str(DOCS / "generate.py"))["pages"]()


@pytest.mark.parametrize("name", PAGES)
def test_committed_pages_equal_generated_ones(name: str) -> None:
    """A fault, expectation or option that changes takes its page along; `make docs` writes them again."""
    assert (DOCS / "reference" / name).read_text() == PAGES[name], "run `make docs`"


@pytest.mark.parametrize(("page", "registry"), [("faults.md", FAULTS), ("expectations.md", EXPECTATIONS)])
def test_every_registered_name_has_its_section(page: str, registry: Mapping[str, type]) -> None:
    """Nothing that healproof itself registers lacks an explanation; what else is installed here has its own."""
    own = [name for name, part in registry.items() if part.__module__.startswith("harness.")]
    assert [line[3:] for line in PAGES[page].splitlines() if line.startswith("## ")] == own
