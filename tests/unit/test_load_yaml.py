"""What reading YAML promises: plain data as YAML 1.2 means it, or an error at its line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import sample_scenarios as sample

from harness.load_yaml import BYTES_MAX, DEPTH_MAX, read_documents
from harness.model.errors import BadInput


def refusal(path: Path) -> str:
    """The message with which a file is refused, with the folder cut off."""
    with pytest.raises(BadInput) as caught:
        read_documents(path)
    return caught.value.message.replace(f"{path.parent}{os.sep}", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: the file is empty; accepted: at least one YAML document"),
        ("# only a comment\n---\n", "1: the file is empty"),
        ("a: 1\na: 2\n", "2: key `a` again, first given at line 1; accepted: each key once"),
        ("a:\n\t- 1\n", "2: not YAML: "),
        ("a: [1\nb: 2\n", "2: not YAML: "),
        ("a: b\x00\n", "1: control character '\\x00'; accepted: printable text in UTF-8"),
        (b"a: 1\nb: \xe9t\xe9\n", "2: byte 0xe9 is not UTF-8; accepted: text in UTF-8"),
        ("a: 1\n".encode("utf-16"), "1: byte 0xff is not UTF-8"),
        ("a: !!python/name:os.system x\n", "1: tag tag:yaml.org,2002:python/name:os.system; accepted: values without"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "3: merge key `<<`; accepted: YAML 1.2, which has no merge keys"),
        ("a: &x [*x]\n", "1: alias *x; accepted: an alias of an anchor that ended before it"),
        ("? [a]\n: 1\n", "1: a key that is not a plain word; accepted: text as key"),
        ("a: 0644\n", "1: number 0644, octal to some readers; accepted: 0o644, 420, or quotes around text"),
        ("a: .inf\n", "1: number .inf; accepted: a finite number"),
        ("%YAML 1.1\n---\na: yes\n", "2: %YAML 1.1; accepted: YAML 1.2"),
        ('a: "\\UFFFFFFFF"\n', "1: not YAML: "),
        ("a: " + "[" * 10_000, f"1: nested more than {DEPTH_MAX} levels deep"),
        ("a: x\n" * BYTES_MAX, f"1: the file is larger than {BYTES_MAX} bytes"),
    ],
    ids=lambda value: None if len(value) > 40 else value,
)
def test_what_is_not_plain_yaml_is_refused_at_its_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    """Broken, ambiguous and hostile YAML each have an error that says where and what."""
    assert refusal(sample.write_text(tmp_path, text)).startswith(f"scenario.yaml:{message}")


def test_nested_aliases_cannot_grow_without_limit(tmp_path: Path) -> None:
    """Ten levels of ten aliases (ten thousand million values) are refused at once; a few aliases are accepted."""
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 11))
    assert "values with all aliases written out" in refusal(sample.write_text(tmp_path, bomb))
    (document,) = read_documents(sample.write_text(tmp_path, "a: &x {b: [1]}\nc: *x\n"))
    assert document.data == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_values_mean_what_yaml_1_2_says(tmp_path: Path) -> None:
    """Only true and false are booleans, dates and versions stay text, keys are text."""
    text = "a: yes\nb: true\nc: 2024-01-01\nd: 0o644\ne: 1e3\nf: ~\ng: '1'\n8080: -7\nh: 1.2.3\ni: |\n  x\n  y\n"
    (document,) = read_documents(sample.write_text(tmp_path, text))
    assert document.data == {
        "a": "yes",
        "b": True,
        "c": "2024-01-01",
        "d": 420,
        "e": 1000.0,
        "f": None,
        "g": "1",
        "8080": -7,
        "h": "1.2.3",
        "i": "x\ny\n",
    }


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path), lambda path: None])
def test_what_cannot_be_read_is_refused(tmp_path: Path, make: Any) -> None:
    """A folder, a circular link and a missing file have an error that names them."""
    make(tmp_path / "scenario.yaml")
    assert refusal(tmp_path / "scenario.yaml").startswith("scenario.yaml:1: th")
