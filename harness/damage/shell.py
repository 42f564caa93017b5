"""Shell scripts for nodes: how they get their words, and how what they left running is found. Knows no fault."""

from __future__ import annotations

import shlex

MARK = "HEALPROOF_STEP"
"""The environment variable by which a process that a script left running is known, whatever became of its id."""

# $1 the value of MARK
END_MARKED = f"""
marked() {{ grep -lsa "{MARK}=$1" /proc/[0-9]*/environ | cut -d/ -f3; }}
end_marked() {{
  for _ in 1 2 3; do for pid in $(marked "$1"); do kill -KILL "$pid" 2>/dev/null || :; done; done
}}
"""


def script(text: str, *words: object) -> str:
    """A script that sees these words as `$1`, `$2` …; whatever is in them, the shell takes none of it as its own."""
    return f"set -- {shlex.join(str(word) for word in words)}\n{text}"
