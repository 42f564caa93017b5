"""What all unit tests share: the timelines of tests/quality."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "quality"))
