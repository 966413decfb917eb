"""What is imported while an engine is waited for is there afterwards, and its faults are told."""

from __future__ import annotations

import sys

import pytest

from ci_runner.devdb.docker.ahead import imported


def test_what_is_imported_beside_the_block_is_there_after_it() -> None:
    sys.modules.pop("colorsys", None)

    with imported(("string", "colorsys")):
        inside = 1

    assert 1 == inside
    assert "colorsys" in sys.modules


def test_a_module_that_is_missing_is_told_after_the_block() -> None:
    reached = []

    with (
        pytest.raises(ModuleNotFoundError, match="schema_ci_is_not_this"),
        imported(("schema_ci_is_not_this",)),
    ):
        reached.append(True)

    assert [True] == reached


def test_the_error_of_the_block_comes_first() -> None:
    with pytest.raises(KeyError), imported(("schema_ci_is_not_this",)):
        raise KeyError
