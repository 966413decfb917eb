"""Frozen dataclasses with slots that are quick to declare.

`dataclasses.dataclass` writes and compiles six methods for each class that it makes: half a
millisecond, and a command declares 250 of them before it begins. Here methods are shared, or
compiled when they are first called (docs/decisions/0020-frozen-values.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(declared: type[T]) -> type[T]:
    """What `dataclass(frozen=True, slots=True)` makes of a class; `fields` and its like know it.

    Raises SyntaxError at the first value where a field without a default follows one that has one.
    """
    # Without a text of its own, dataclass would print the class's signature, which takes longest.
    declared.__doc__ = declared.__doc__ or declared.__name__
    made = dataclass(declared, slots=True, init=False, repr=False, eq=False)
    methods = {"__init__": _constructor(made), **_comparing(made), **_SHARED}
    for name, method in methods.items():
        if made.__dict__.get(name) is None:
            setattr(made, name, method)
    return made


def _constructor(made: type[object]) -> Callable[..., None]:
    """The first value compiles what makes the others."""

    def construct(self: object, *given: object, **named: object) -> None:
        compiled = _compiled(made)
        setattr(made, "__init__", compiled)  # noqa: B010 - mypy forbids to assign a method
        compiled(self, *given, **named)

    return construct


def _compiled(made: type[Any]) -> Callable[..., None]:
    """Sets each field as its slot is set: a plain assignment is what is refused."""
    names: dict[str, Any] = {"_missing_": MISSING}
    positional, by_name, lines = ["self"], ["*"], []
    for each in fields(made):
        setter, usual, fresh = (f"_{what}_{each.name}_" for what in ("set", "usual", "fresh"))
        names[setter] = getattr(made, each.name).__set__
        names[usual], names[fresh] = each.default, each.default_factory
        parameter, given = each.name, each.name
        if each.default_factory is not MISSING:
            parameter = f"{each.name}=_missing_"
            given = f"{fresh}() if {each.name} is _missing_ else {each.name}"
        elif each.default is not MISSING:
            parameter = f"{each.name}={usual}"
        (by_name if each.kw_only else positional).append(parameter)
        lines.append(f"{setter}(self, {given})")
    lines.append("self.__post_init__()" if hasattr(made, "__post_init__") else "pass")
    parameters = ", ".join((*positional, *(by_name if by_name[1:] else ())))
    exec(f"def __init__({parameters}):\n " + "\n ".join(lines), names)  # noqa: S102 - as dataclass does
    compiled: Callable[..., None] = names["__init__"]
    compiled.__qualname__ = f"{made.__qualname__}.__init__"
    return compiled


def _comparing(made: type[Any]) -> dict[str, Callable[..., object]]:
    """The first comparison of two values compiles what makes the others."""

    def equals(self: object, other: object) -> object:
        return compiled("__eq__")(self, other)

    def hashed(self: object) -> object:
        return compiled("__hash__")(self)

    stubs: dict[str, Callable[..., object]] = {"__eq__": equals, "__hash__": hashed}

    def compiled(name: str) -> Callable[..., object]:
        found = _compared(made)
        for each, stub in stubs.items():
            if made.__dict__[each] is stub:
                setattr(made, each, found[each])
        return found[name]

    return stubs


def _compared(made: type[Any]) -> dict[str, Callable[..., object]]:
    """As dataclass writes them: tuples know at once that what they share is equal."""
    names = [each.name for each in fields(made) if each.compare]
    mine, others = (
        "(" + "".join(f"{whose}.{name}, " for name in names) + ")" for whose in ("self", "other")
    )
    written: dict[str, Callable[..., object]] = {}
    exec(  # noqa: S102 - as dataclass does
        "def __eq__(self, other):\n"
        " if other.__class__ is not self.__class__: return NotImplemented\n"
        f" return {mine} == {others}\n"
        f"def __hash__(self): return hash({mine})",
        written,
    )
    return written


def _shown(self: Any) -> str:  # noqa: ANN401 - a dataclass, which has no type
    each = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({', '.join(each)})"


def _refuse(self: object, name: str, *_: object) -> None:
    raise FrozenInstanceError(f"{type(self).__qualname__}.{name} is frozen")


def _restore(self: object, state: tuple[None, dict[str, object]]) -> None:
    """What `copy` and `pickle` would assign."""
    for name, content in state[1].items():
        object.__setattr__(self, name, content)


_SHARED: dict[str, Callable[..., object]] = {
    "__repr__": _shown,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__setstate__": _restore,
}
