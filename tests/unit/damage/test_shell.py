from __future__ import annotations

from pathlib import Path

import pytest

from harness.damage.shell import script
from harness.machine.process import run


@pytest.mark.parametrize("word", ["plain", "two words", "it's", "$(touch made)", "-e", "", "a\nb"])
def test_a_script_gets_its_words_as_they_are(word: str, tmp_path: Path) -> None:
    """No word of a scenario or of a cluster can become a command on a node."""
    told = run(["sh", "-c", script('printf %s "$2"', "first", word)], timeout_seconds=10, cwd=tmp_path)
    assert told.stdout.decode() == word
    assert list(tmp_path.iterdir()) == []
