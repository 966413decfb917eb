from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.frozen import frozen


@frozen
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)


@frozen
class Placed(Point):
    """With one field more."""

    z: int = 0


@dataclass(frozen=True, slots=True)
class Usual:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)


@frozen
class Empty:
    pass


@frozen
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} is more than {self.high}")


@frozen
class Own:
    name: str

    def __repr__(self) -> str:
        return "***"


@frozen
class Named:
    set_x: int = field(kw_only=True)
    x: int


_NUMBERS = st.integers(-2, 2)


@given(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)
def test_equal_and_hashed_as_a_dataclass_is(x: int, y: int, other_x: int, other_y: int) -> None:
    same = Usual(x, y) == Usual(other_x, other_y)

    assert (Point(x, y) == Point(other_x, other_y)) is same
    assert (Point(x, y) != Point(other_x, other_y)) is not same
    assert hash(Point(x, y)) == hash(Usual(x, y))


def test_a_field_that_is_not_compared_makes_no_difference() -> None:
    assert Point(1, tags=["a"]) == Point(1, tags=["b"])


def test_values_of_two_classes_are_never_equal() -> None:
    assert Point(1) != Placed(1)
    assert len({Point(1), Placed(1)}) == 2


def test_is_shown_as_a_dataclass_is() -> None:
    assert repr(Point(1, secret="hidden")) == repr(Usual(1)).replace("Usual", "Point")


def test_no_field_can_be_changed() -> None:
    point: Any = Point(1)

    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        point.other = 2
    with pytest.raises(FrozenInstanceError):
        del point.x

    assert point == Point(1)
    assert not hasattr(point, "__dict__")


def test_defaults_are_made_for_each_value() -> None:
    first, second = Point(1), Point(1)

    first.tags.append("mine")

    assert second.tags == []


def test_a_subclass_has_the_fields_of_both() -> None:
    assert [each.name for each in fields(Placed)] == ["x", "y", "tags", "secret", "z"]
    assert Placed(1, z=3) == Placed(1, 0, [], "", 3)


def test_what_knows_dataclasses_knows_it() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    assert asdict(Point(1)) == asdict(Usual(1))


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))]
)
def test_a_copy_is_equal(again: Callable[[Point], Point]) -> None:
    assert again(Point(1, 2)) == Point(1, 2)


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), ((1, 2, [], "", 5), {}), ((1,), {"x": 1}), ((1,), {"no": 1})]
)
def test_wrong_arguments_are_refused_as_a_dataclass_refuses_them(
    given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError) as usual:
        Usual(*given, **named)
    with pytest.raises(TypeError) as ours:
        Point(*given, **named)

    assert str(ours.value) == str(usual.value).replace("Usual", "Point")


def test_what_a_class_says_itself_stays() -> None:
    assert repr(Own("a")) == "***"
    with pytest.raises(ValueError, match="2 is more than 1"):
        Checked(2, 1)


def test_a_field_can_be_given_by_name_only() -> None:
    assert Named(1, set_x=2) == Named(set_x=2, x=1)
    with pytest.raises(TypeError, match="set_x"):
        Named(1)  # type: ignore[call-arg]


def test_a_field_without_default_behind_one_with_a_default_is_refused() -> None:
    made: Any = type("Made", (), {"__annotations__": {"a": "int", "b": "int"}, "a": 1})

    with pytest.raises(SyntaxError, match="non-default argument follows"):
        frozen(made)(1, 2)


def test_without_fields_all_are_equal() -> None:
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())


def test_a_hundred_are_declared_in_a_third_of_the_time_of_dataclasses() -> None:
    def declared(by: Callable[[type], type]) -> float:
        started = time.process_time()
        for _ in range(100):
            by(type("Made", (), {"__annotations__": dict.fromkeys("abcd", "int"), "d": 1}))
        return time.process_time() - started

    ours = min(declared(frozen) for _ in range(3))
    usual = min(declared(dataclass(frozen=True, slots=True)) for _ in range(3))

    assert ours < usual / 3
