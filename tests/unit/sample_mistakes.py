"""Ways to make a malformed scenario or workload from the valid sample; each leaves exactly one mistake behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
FAULT = ("faults", 0, "pods-die")
HEALS = ("expect", 0, "heals")
TWIN = ("control", "one-replica")

REQUIRED = [("scenario",), ("why",), ("workload",), ("expect",), (*FAULT, "select"), (*HEALS, "of"), (*HEALS, "within")]
REQUIRED += [("expect", 1, "serves", "at-least"), (*TWIN, "fails"), (*TWIN, "patch")]
MAPPINGS = [(), FAULT, ("faults", 2, "nothing"), HEALS, ("expect", 1, "serves"), TWIN]
DURATIONS = [("baseline",), ("observe",), (*FAULT, "after"), (*FAULT, "for"), (*HEALS, "within"), (*HEALS, "hold")]
TEXTS = [("scenario",), ("why",), ("severity",), ("tags", 0), (*FAULT, "how"), (*TWIN, "why")]
LISTS = [("rows",), ("tags",), ("faults",), ("expect",), (*TWIN, "fails")]
NOT_DURATIONS = ["", "2", 2, 1.5, "2 s", "-1s", "s", "2d", "1m 30s", "soon", True, [], {}, ["2s"], "2s,"]
NOT_SHARES = ["", "99", 99, 0.5, "101%", "-1%", "50 %", "%", "1e1%", True, [], {"%": 1}]
NOT_REFS = ["", "web", "/web", "deployment/", "pods/web", "Deployment/web", "deployment/Web", "a/b/c", 1, None, [], {}]
NOT_SELECTORS = [
    "",
    "app",
    "=web",
    "app==web",
    "app!=web",
    "app in (web)",
    "app=web,",
    "app=web, b=c",
    1,
    None,
    ["a=b"],
]
NOT_COUNTS = [0, -1, 101, 1.5, "1", "", True, None, [], {}]


def put(data: Data, trail: tuple[str | int, ...], value: object) -> None:
    """Replace the value at a trail."""
    place: Any = data
    for key in trail[:-1]:
        place = place[key]
    place[trail[-1]] = value


def get(data: Data, trail: tuple[str | int, ...]) -> Any:
    """The value at a trail."""
    for key in trail:
        data = data[key]  # type: ignore[index]
    return data


def drop_required(draw: Draw, data: Data) -> None:
    trail = draw(st.sampled_from(REQUIRED))
    del get(data, trail[:-1])[trail[-1]]


def unknown_key(draw: Draw, data: Data) -> None:
    mapping = get(data, draw(st.sampled_from(MAPPINGS)))
    mapping[draw(st.text("abcxyz-_", min_size=4, max_size=12).filter(lambda key: key not in mapping))] = "x"


def wrong_type(draw: Draw, data: Data) -> None:
    wrong = st.sampled_from([1, 2.5, True, None, {"a": "b"}, {}])
    trail = draw(st.sampled_from(TEXTS + LISTS))
    put(data, trail, draw(wrong if trail in LISTS else wrong | st.just(["a"])))


def bad_value(draw: Draw, data: Data) -> None:
    places = [(trail, NOT_DURATIONS) for trail in DURATIONS]
    places += [((*HEALS, "of"), NOT_REFS), ((*FAULT, "select"), NOT_SELECTORS), ((*FAULT, "count"), NOT_COUNTS)]
    places += [(("expect", 1, "serves", "at-least"), NOT_SHARES), (("faults", 1, "pods-die", "share"), NOT_SHARES)]
    places += [(("rows", 0), [0, 27, "1", None, 1.5, []]), (("severity",), ["urgent", "CRITICAL", ""])]
    places += [(("scenario",), ["Web", "web_1", "web.1", "-web", "web-", "a--b", "", "x" * 64, "w eb", "café"])]
    places += [(("why",), ["", " ", "\n"]), ((*FAULT, "how"), ["kill", "", 1]), (("expect",), [[]])]
    trail, values = draw(st.sampled_from(places))
    put(data, trail, draw(st.sampled_from(values)))


def unknown_part(draw: Draw, data: Data) -> None:
    known = ["pods-die", "nothing", "heals", "serves"]
    name = draw(st.text("abcdehilnops-", min_size=1, max_size=10).filter(lambda word: word not in known))
    put(data, (draw(st.sampled_from(["faults", "expect"])), 0), {name: {}})


def part_of_another_shape(draw: Draw, data: Data) -> None:
    shapes = [
        {},
        {"nothing": {}, "after": "2s"},
        {"heals": {}, "serves": {}},
        "pods-die",
        [],
        None,
        1,
        {"nothing": None},
    ]
    put(data, (draw(st.sampled_from(["faults", "expect"])), 0), draw(st.sampled_from(shapes)))


def workload_missing(draw: Draw, data: Data) -> None:
    values = [
        "",
        " ",
        "none.yaml",
        "workloads",
        "x" * 300,
        "a\0b",
        [],
        ["workloads/web.yaml", "none.yaml"],
        1,
        None,
        [1],
    ]
    data["workload"] = draw(st.sampled_from([*values, ["workloads/web.yaml", "workloads/web.yaml"], {"path": "x"}]))


def ref_not_in_workload(draw: Draw, data: Data) -> None:
    kinds = ["deployment", "statefulset", "daemonset", "job", "service", "persistentvolumeclaim"]
    ref = f"{draw(st.sampled_from(kinds))}/{draw(st.text('abc', min_size=1, max_size=5))}"
    put(data, draw(st.sampled_from([(*HEALS, "of"), (*FAULT, "owner")])), ref)


def control_in_disagreement(draw: Draw, data: Data) -> None:
    patch = {"deployment/web": {"spec": {"replicas": 1}}}
    unchanged = {"deployment/web": {"spec": {"replicas": 3}}}
    controls: list[object] = [
        *({}, None, [], "x", {"patch": patch}, {"patch": {}, "fails": ["heals"]}, {"fails": ["heals"]}),
        *({"patch": patch, "fails": [name]} for name in ("heal", "pods-die", "", 1, None)),
        {"patch": patch, "fails": ["heals"], "inconclusive": "x"},
        {"patch": patch, "fails": "heals"},
        {"patch": {"deployment/w": {"spec": 1}}, "fails": ["heals"]},
        {"patch": {"web": {"spec": 1}}, "fails": ["heals"]},
        {"patch": {"deployment/web": None}, "fails": ["heals"]},
        {"patch": unchanged, "fails": ["heals"]},
        {"patch": [patch], "fails": ["heals"]},
        {"faults": [], "fails": ["heals"]},
        {"faults": [{"nothing": {}}], "patch": unchanged, "fails": ["heals"]},
        {"faults": [{"no-thing": {}}], "fails": ["heals"]},
        {"faults": "nothing", "patch": patch, "fails": ["heals"]},
    ]
    put(data, TWIN, draw(st.sampled_from(controls)))


def fields_in_disagreement(draw: Draw, data: Data) -> None:
    put(data, (*HEALS, "hold"), draw(st.sampled_from(["30s", "31s", "1h"])))


def name_of_control(draw: Draw, data: Data) -> None:
    data["control"][draw(st.sampled_from(["One", "a b", "", "a_b", "é"]))] = data["control"].pop("one-replica")


VALUE_MISTAKES = [drop_required, unknown_key, wrong_type, bad_value, unknown_part, part_of_another_shape]
VALUE_MISTAKES += [
    workload_missing,
    ref_not_in_workload,
    control_in_disagreement,
    fields_in_disagreement,
    name_of_control,
]


def key_twice(draw: Draw, text: str) -> str:
    return (
        text + draw(st.sampled_from([line for line in text.splitlines() if line[0].isalpha()])).split(":")[0] + ": x\n"
    )


def name_twice(_draw: Draw, text: str) -> str:
    return f"{text}---\n{text}"


def broken_syntax(draw: Draw, text: str) -> str:
    endings = [
        "a: [1",
        "a: {b",
        "a: 'x",
        'a: "x',
        "a: b: c",
        "- a",
        "a: *",
        "a: *none",
        "a: &",
        "@a",
        "a: `",
        "%A",
        "}",
        "a: |x",
    ]
    return f"{text}{draw(st.sampled_from(endings))}\n"


def strange_syntax(draw: Draw, text: str) -> str:
    endings = [
        "a: &x [*x]",
        "<<: {a: b}",
        "why2: !!binary eA==",
        "x: !local 1",
        "rows2: 007",
        "x: .nan",
        "? [a]\n: b",
        "x: 1e999",
    ]
    return f"{text}{draw(st.sampled_from(endings))}\n"


def tab(draw: Draw, text: str) -> str:
    lines = text.splitlines()
    index = draw(st.sampled_from([n for n, line in enumerate(lines) if line.startswith("  ")]))
    lines[index] = "\t" + lines[index].lstrip()
    return "\n".join(lines)


def control_character(draw: Draw, text: str) -> str:
    index = draw(st.integers(0, len(text)))
    return text[:index] + draw(st.sampled_from("\0\x01\x07\x1b\x7f\ufffe")) + text[index:]


def wrong_encoding(draw: Draw, text: str) -> bytes:
    index = draw(st.integers(0, len(text)))
    inserted = draw(st.sampled_from([b"\xe9", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"]))
    whole = draw(st.sampled_from(["utf-16", "utf-32", "utf-16-le"]))
    return draw(st.sampled_from([text[:index].encode() + inserted + text[index:].encode(), text.encode(whole)]))


def too_deep(draw: Draw, text: str) -> str:
    depth = draw(st.integers(101, 400))
    return text + draw(
        st.sampled_from(["tags2: " + "[" * depth, "x: " + "{a: " * depth + "1" + "}" * depth, "- " * depth + "x"])
    )


def alias_bomb(draw: Draw, text: str) -> str:
    width = draw(st.integers(5, 10))
    rows = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, 12)]
    return f"{text}a0: &a0 [x]\n{''.join(rows)}"


def no_mapping(draw: Draw, _text: str) -> str:
    return str(draw(st.sampled_from(["", "# x\n", "---\n", "- a\n", "x\n", "1\n", "[]\n", "{}\n", "--- |\n x\n"])))


TEXT_MISTAKES = [key_twice, name_twice, broken_syntax, strange_syntax, tab, control_character, wrong_encoding]
TEXT_MISTAKES += [too_deep, alias_bomb, no_mapping]

MANIFEST_MISTAKES: list[Callable[[Data], object]] = [
    lambda manifest: manifest.pop("kind"),
    lambda manifest: manifest.pop("apiVersion"),
    lambda manifest: manifest.pop("metadata"),
    lambda manifest: manifest["metadata"].clear(),
    lambda manifest: manifest["metadata"].update(namespace="prod"),
    lambda manifest: manifest["metadata"].update(name=["web"]),
    lambda manifest: manifest.update(kind="Namespace"),
    lambda manifest: manifest.update(kind=3),
    lambda manifest: manifest.update(kind="List"),
    lambda manifest: manifest.update(kind="List", items=[1, {"kind": "List", "items": [None]}]),
]
