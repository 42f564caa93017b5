"""The comparison with other tools counts what it says it counts."""

from __future__ import annotations

import pytest

from tests.bench.peers.tally import EARLY_SECONDS, Row, tables
from tests.bench.peers.tool import NOT_RECOVERED, RECOVERED


def row(**facts: object) -> Row:
    usual = {"tool": "some", "case": "", "loaded": False, "within": 8.0, "verdict": RECOVERED, "killed": 100.0}
    return Row(**{**usual, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "false"),
    [
        ({"decided": 101.0, "whole": 101.5}, True),
        ({"decided": 101.5 - EARLY_SECONDS / 2, "whole": 101.5}, False),
        ({"decided": 101.4, "whole": 101.5, "knowable": 101.39}, False),
        ({"decided": 102.0, "whole": None}, True),
        ({"decided": 103.0, "held": 1.0, "whole": 102.5}, True),
        ({"decided": 103.0, "held": 1.0, "claimed": 101.0, "whole": 102.5}, True),
        ({"decided": 101.0, "whole": 101.5, "verdict": NOT_RECOVERED}, False),
        ({"decided": 101.0, "whole": None, "case": "quota 3 of 4"}, False),
    ],
)
def test_a_recovery_declared_before_it_came_is_a_false_pass(facts: dict[str, object], *, false: bool) -> None:
    """What counts is when it says that the recovery came, not how long it looked on; never is later than any time."""
    assert row(**facts).false_pass is false


def test_a_broken_recovery_that_is_declared_recovered_is_missed() -> None:
    """The table counts it by tool and case, and an overrun only for verdicts that failed."""
    rows = [
        row(case="quota 3 of 4", verdict=RECOVERED),
        row(case="quota 3 of 4", verdict=NOT_RECOVERED, decided=109.0, ended=109.5),
    ]
    lines = list(tables(rows))
    assert "| some | 1/2 |" in lines
    assert "| some | quota 3 of 4 | 1 | +1.000, +1.000, +1.000 | +1.500, +1.500, +1.500 |" in lines
