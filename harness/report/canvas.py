"""SVG primitives: a palette for light and dark, text, bars, lines and titles. Must not know what a picture means."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree import ElementTree as ET

from harness.report.redact import printable

_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", Arial, sans-serif'

_LIGHT = {
    "surface": "#ffffff",
    "edge": "#d5dae1",
    "stripe": "#f4f6f9",
    "ink": "#1b2430",
    "quiet": "#566273",
    "grid": "#e3e7ed",
    "ready": "#bfe3cd",
    "starting": "#a9c8ee",
    "not-ready": "#e08a00",
    "terminating": "#a3adba",
    "ended": "#6b7686",
    "on-ready": "#0f3d23",
    "on-starting": "#10223a",
    "on-not-ready": "#251700",
    "on-terminating": "#18202b",
    "on-ended": "#ffffff",
    "fault": "#bd2733",
    "fault-soft": "#fbe3e4",
    "good": "#1d7a48",
    "good-soft": "#dff3e7",
    "doubt": "#8a5a00",
    "doubt-soft": "#fdf0d0",
    "calm": "#dfe5ec",
    "answered": "#9db2ca",
}
_DARK = {
    "surface": "#161b22",
    "edge": "#3a4453",
    "stripe": "#1d242d",
    "ink": "#e8edf3",
    "quiet": "#a5b1c0",
    "grid": "#2a333e",
    "ready": "#205c3c",
    "starting": "#3d689f",
    "not-ready": "#e9a13b",
    "terminating": "#8591a1",
    "ended": "#4a5565",
    "on-ready": "#d8f3e3",
    "on-starting": "#ffffff",
    "on-not-ready": "#251700",
    "on-terminating": "#0b0f14",
    "on-ended": "#ffffff",
    "fault": "#ff7b84",
    "fault-soft": "#4a2126",
    "good": "#62d495",
    "good-soft": "#173a28",
    "doubt": "#f0c060",
    "doubt-soft": "#40330f",
    "calm": "#2b3542",
    "answered": "#5b728d",
}


class Box(NamedTuple):
    """A rectangle in user units."""

    x: float
    y: float
    width: float
    height: float


class Canvas:
    """A growing drawing; `finish` closes it at its final height. The same calls give the same bytes."""

    def __init__(self, width: int, *, title: str, description: str) -> None:
        self.width = width
        self._root = ET.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "role": "img",
                "aria-labelledby": "hp-title hp-desc",
                "class": "hp",
            },
        )
        ET.SubElement(self._root, "title", {"id": "hp-title"}).text = printable(title)
        ET.SubElement(self._root, "desc", {"id": "hp-desc"}).text = printable(description)
        ET.SubElement(self._root, "style").text = _style()
        self._patterns()
        self._surface = ET.SubElement(self._root, "rect", {"class": "hp-card", "x": "0.5", "y": "0.5", "rx": "8"})

    def finish(self, height: float) -> str:
        """The drawing as XML text."""
        self._surface.set("width", number(self.width - 1))
        self._surface.set("height", number(height - 1))
        self._root.set("viewBox", f"0 0 {self.width} {number(height)}")
        self._root.set("width", str(self.width))
        self._root.set("height", number(height))
        return ET.tostring(self._root, encoding="unicode") + "\n"

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 12,
        colour: str = "ink",
        anchor: str = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """One line of text with its baseline at `y`; `anchor` is start, middle or end; a halo keeps lines off it."""
        style = {"x": number(x), "y": number(y), "font-size": number(size), "class": f"f-{colour}" + " halo" * halo}
        if anchor != "start":
            style["text-anchor"] = anchor
        if bold:
            style["font-weight"] = "600"
        ET.SubElement(self._root, "text", style).text = printable(words)

    def bar(
        self, box: Box, *, fill: str, hover: str = "", radius: float = 0, pattern: str = "", stroke: str = ""
    ) -> None:
        """A filled rectangle; `pattern` is laid over it, so that the fill is never the only sign."""
        where = {"x": number(box.x), "y": number(box.y), "width": number(box.width), "height": number(box.height)}
        if radius:
            where["rx"] = number(radius)
        classes = f"f-{fill}" + (f" s-{stroke}" if stroke else "")
        rectangle = ET.SubElement(self._root, "rect", {**where, "class": classes})
        if hover:
            ET.SubElement(rectangle, "title").text = printable(hover)
        if pattern:
            ET.SubElement(self._root, "rect", {**where, "fill": f"url(#hp-{pattern})", "pointer-events": "none"})

    def line(self, points: Sequence[tuple[float, float]], *, colour: str, width: float = 1, dash: str = "") -> None:
        """An open line through the points."""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        style = {"points": path, "class": f"s-{colour}", "fill": "none", "stroke-width": number(width)}
        if dash:
            style["stroke-dasharray"] = dash
        ET.SubElement(self._root, "polyline", style)

    def shape(self, points: Sequence[tuple[float, float]], *, fill: str, hover: str = "") -> None:
        """A closed, filled shape."""
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        polygon = ET.SubElement(self._root, "polygon", {"points": path, "class": f"f-{fill}"})
        if hover:
            ET.SubElement(polygon, "title").text = printable(hover)

    def _patterns(self) -> None:
        """Hatches for the states that must also be told apart without colour."""
        defs = ET.SubElement(self._root, "defs")
        for name, path in (("rising", "M-2,8 L8,-2"), ("falling", "M-2,-2 L8,8"), ("dots", "M1,3 h1.6")):
            size = {"width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
            pattern = ET.SubElement(defs, "pattern", {"id": f"hp-{name}", **size})
            ET.SubElement(pattern, "path", {"d": path, "class": "hatch", "fill": "none", "stroke-width": "1.2"})


def number(value: float) -> str:
    """A coordinate with at most two decimals, never in exponent form."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def width_of(words: str, size: float) -> float:
    """About how wide these words are drawn; a little too wide rather than too narrow."""
    wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in words)
    return wide * size * 0.56


def fit(words: str, width: float, size: float) -> str:
    """The words, shortened with an ellipsis to about `width`; empty where not even three letters fit."""
    if width_of(words, size) <= width:
        return words
    letters = int(width / (size * 0.56)) - 1
    return f"{words[:letters].rstrip()}…" if letters >= 3 else ""


def _style() -> str:
    rules = [f".hp text{{font-family:{_FONT}}}", ".hp .hp-card{fill:var(--surface);stroke:var(--edge)}"]
    rules.append(".hp .halo{stroke:var(--surface);stroke-width:4;paint-order:stroke;stroke-linejoin:round}")
    rules.append(".hp .hatch{stroke:var(--surface);stroke-opacity:.38}")
    rules += [f".hp .f-{name}{{fill:var(--{name})}}.hp .s-{name}{{stroke:var(--{name})}}" for name in _LIGHT]
    light = ";".join(f"--{name}:{colour}" for name, colour in _LIGHT.items())
    dark = ";".join(f"--{name}:{colour}" for name, colour in _DARK.items())
    return f".hp{{{light}}}@media (prefers-color-scheme:dark){{.hp{{{dark}}}}}" + "".join(rules)
