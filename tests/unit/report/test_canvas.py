"""The picture can be read by everybody, on light and on dark backgrounds."""

import pytest

from harness.report import canvas

PAIRS = [
    *((text, "surface") for text in ("ink", "quiet", "fault", "good", "doubt")),
    *((text, "stripe") for text in ("ink", "quiet")),
    *((f"on-{state}", state) for state in ("ready", "starting", "not-ready", "terminating", "ended")),
    ("fault", "fault-soft"),
    ("good", "good-soft"),
    ("doubt", "doubt-soft"),
    ("ink", "calm"),
    ("ink", "fault-soft"),
]


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [canvas._LIGHT, canvas._DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_has_enough_contrast(palette, text, ground):
    """Every text stands out from its background by at least 4.5 to 1, as WCAG 2 AA asks."""
    assert contrast(palette[text], palette[ground]) >= 4.5


def test_both_palettes_name_the_same_colours():
    """No colour lacks in one of the palettes."""
    assert canvas._LIGHT.keys() == canvas._DARK.keys()


def test_words_are_shortened_rather_than_overflowing():
    """Text never grows beyond the room it has."""
    assert canvas.fit("web", 100, 11) == "web"
    assert canvas.width_of(canvas.fit("x" * 200, 100, 11), 11) <= 100
    assert canvas.fit("terminating", 10, 11) == ""
