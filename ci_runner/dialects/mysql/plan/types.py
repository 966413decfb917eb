"""Which types hold every value of another one. Types are spelled as the server prints them."""

from __future__ import annotations

import re

from ci_runner.frozen import frozen
from ci_runner.schema.model import Column

_TYPE = re.compile(r"(?P<name>\w+)(?:\((?P<inside>.*)\))?(?P<rest>.*)", re.DOTALL)
_VALUE = re.compile(r"'((?:[^']|'')*)'")
# dev.mysql.com, Integer Types: bytes of each.
_INTEGERS = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
# dev.mysql.com, The BLOB and TEXT Types: the most bytes of each.
_BYTES = {"tiny": 2**8 - 1, "": 2**16 - 1, "medium": 2**24 - 1, "long": 2**32 - 1}
_LONG = re.compile(r"(tiny|medium|long)?(text|blob)")
_WIDEST_CHARACTER = 4
_EXACT_IN_DOUBLE = 6


@frozen
class _Type:
    name: str
    inside: str
    unsigned: bool

    @property
    def size(self) -> int:
        """The first number in parentheses: length, digits or fractional seconds."""
        return int(self.inside.partition(",")[0] or 0) if self.inside[:1].isdigit() else 0

    @property
    def scale(self) -> int:
        return int(self.inside.partition(",")[2] or 0)

    @property
    def values(self) -> list[str]:
        return _VALUE.findall(self.inside)


def holds(old: Column, new: Column) -> bool:
    """Whether every value of the old column survives as it is in the new one."""
    if old.collation and new.collation and not _same_characters(old.collation, new.collation):
        return False
    before, after = _read(old.type), _read(new.type)
    return (
        old.type == new.type
        or _numbers(before, after)
        or _strings(before, after)
        or _lists(before, after)
        or _times(before, after)
    )


def values(written: str) -> list[str]:
    """The values of an ENUM or SET; none of another type."""
    kind = _read(written)
    return kind.values if kind.name in {"enum", "set"} else []


def bounds(written: str) -> tuple[int, int] | None:
    """The least and the most of an integer type; None of another type."""
    kind = _read(written)
    if kind.name not in _INTEGERS:
        return None
    bits = 8 * _INTEGERS[kind.name]
    return (0, 2**bits - 1) if kind.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def digits(written: str) -> tuple[int, int] | None:
    """How many digits a DECIMAL has in all and behind the point; None of another type."""
    kind = _read(written)
    return (kind.size or 10, kind.scale) if kind.name == "decimal" else None


def is_number(written: str) -> bool:
    return _read(written).name in {*_INTEGERS, "decimal", "float", "double"}


def is_text(written: str) -> bool:
    return length(written) > 0


def length(written: str) -> int:
    """How many characters or bytes fit into a string type; 0 of another type."""
    kind = _read(written)
    short = kind.name in {"char", "varchar", "binary", "varbinary"}
    return kind.size if short else _most(kind)


def bare(written: str) -> str:
    """Without what does not matter to a foreign key: lengths of strings, widths of integers."""
    name, parenthesis, rest = written.partition("(")
    if not parenthesis or name not in {*_INTEGERS, "char", "varchar", "binary", "varbinary"}:
        return written.replace(", ", ",")
    return f"{name}{rest.partition(')')[2]}"


def spelled(written: str) -> str:
    """One spelling for one type: without widths of integers, which some servers print."""
    name = written.partition("(")[0]
    return bare(written) if name in _INTEGERS else written.replace(", ", ",")


def _read(written: str) -> _Type:
    found = _TYPE.fullmatch(written)
    if found is None:
        return _Type(written, "", False)
    return _Type(found["name"].lower(), found["inside"] or "", "unsigned" in found["rest"].lower())


def _same_characters(old: str, new: str) -> bool:
    was, becomes = (each.partition("_")[0] for each in (old, new))
    return becomes in {was, "utf8mb4"} or was == "ascii"


def _numbers(old: _Type, new: _Type) -> bool:
    if old.name in _INTEGERS:
        return _integers(old, new, _INTEGERS[old.name])
    if new.unsigned and not old.unsigned:
        return False
    if old.name == new.name == "decimal":
        return new.size - new.scale >= old.size - old.scale and new.scale >= old.scale
    if (old.name, new.name) in {("float", "double"), ("float", "float"), ("double", "double")}:
        return not new.inside
    return old.name == new.name == "bit" and new.size >= old.size


def _integers(old: _Type, new: _Type, width: int) -> bool:
    """`width` is that of the old one in bytes."""
    if new.unsigned and not old.unsigned:
        return False
    if new.name in _INTEGERS:
        wider = _INTEGERS[new.name] > width
        return wider or (new.name == old.name and new.unsigned == old.unsigned)
    if new.name == "decimal":
        return new.size - new.scale >= len(str(2 ** (8 * width)))
    return new.name == "double" and width <= _EXACT_IN_DOUBLE


def _strings(old: _Type, new: _Type) -> bool:
    for short, long_ in (("char", "text"), ("binary", "blob")):
        if new.name == f"var{short}" and old.name in {short, f"var{short}"}:
            return new.size >= old.size
        if old.name == new.name == short:
            return new.size >= old.size
        if new.name.endswith(long_) and old.name in {short, f"var{short}"}:
            width = _WIDEST_CHARACTER if short == "char" else 1
            return _most(new) >= old.size * width
        if new.name.endswith(long_) and old.name.endswith(long_):
            return _most(new) >= _most(old)
    return old.name == "json" and new.name == "longtext"


def _most(kind: _Type) -> int:
    found = _LONG.fullmatch(kind.name)
    return _BYTES[found[1] or ""] if found else 0


def _lists(old: _Type, new: _Type) -> bool:
    """Values of an ENUM or SET are kept by their words, wherever they stand."""
    if old.name not in {"enum", "set"}:
        return False
    if new.name == old.name:
        return set(old.values) <= set(new.values)
    longest = max((len(each) for each in old.values), default=0)
    return old.name == "enum" and new.name == "varchar" and new.size >= longest


def _times(old: _Type, new: _Type) -> bool:
    pairs = {("date", "datetime"), ("timestamp", "datetime")}
    pairs |= {(each, each) for each in ("datetime", "timestamp", "time")}
    return (old.name, new.name) in pairs and new.size >= old.size
