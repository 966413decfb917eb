"""The table of docs/coverage.md names tests that exist, and has a row for every point."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
POINTS = [
    f"{letter}{number}"
    for letter, last in (("A", 26), ("B", 22), ("T", 28), ("D", 25))
    for number in range(1, last + 1)
]
ROW = re.compile(r"^\| ([ABTD]\d+) \| ([^|]+) \| ([^|]+) \|([^|]*)\|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs" / "coverage.md").read_text(encoding="utf-8"))
STATES = ("covered", "part", "left out", "not yet")


@cache
def named_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def test_every_point_has_its_row() -> None:
    assert POINTS == [point for point, *_ in ROWS]


@pytest.mark.parametrize(("point", "what", "state", "proof"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_names_tests_that_exist_or_says_why_not(
    point: str, what: str, state: str, proof: str
) -> None:
    word, _, reason = state.partition(": ")
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proof)

    assert len(what.split()) <= 6
    assert word in STATES
    assert named or word in {"left out", "not yet"}
    assert word == "covered" or len(reason) > 20
    assert [] == [f"{path}::{name}" for path, name in named if name not in named_in(path)]


def test_what_a_test_says_it_proves_is_in_the_table() -> None:
    numbers = {
        number.upper()
        for path in ROOT.glob("tests/**/test_*.py")
        for name in re.findall(r"(?m)^def test_((?:[abt]\d+_)+)", path.read_text(encoding="utf-8"))
        for number in name.strip("_").split("_")
    }
    unproven = {point for point, _, state, _ in ROWS if state.startswith("left out")}

    assert set() == numbers - set(POINTS)
    assert set() == numbers & unproven
