"""Values that are made quickly are the same values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest

from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Column, Table


@dataclass(frozen=True)
class WithoutSlots:
    name: str


def test_a_value_made_quickly_is_equal_to_the_usual_one_and_of_its_class() -> None:
    given = ("public", "t", "c", "text", True)

    made = quickly(Column)(*given, comment="why")

    assert Column(*given, comment="why") == made
    assert Column is type(made)
    assert hash(Column(*given, comment="why")) == hash(made)
    assert repr(Column(*given, comment="why")) == repr(made)


def test_it_is_frozen_too() -> None:
    made = quickly(Table)("public", "t", ())

    with pytest.raises(FrozenInstanceError):
        made.name = "other"  # type: ignore[misc]


def test_a_missing_field_is_refused() -> None:
    with pytest.raises(TypeError, match="columns"):
        quickly(Table)("public", "t")  # type: ignore[call-arg]


def test_a_class_without_slots_is_refused() -> None:
    with pytest.raises(TypeError, match="layout"):
        quickly(WithoutSlots)("n")
