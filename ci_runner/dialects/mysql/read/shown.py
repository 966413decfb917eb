"""Read what SHOW CREATE TABLE prints and no catalogue table tells: options, periods, partitions.

The server writes a line for each column, key and rule, escapes line ends in strings, and puts what
an older server would not know in `/*! */`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from ci_runner.dialects.mysql.kinds.partitions import shown as shown_partitions
from ci_runner.dialects.mysql.quote import literal, unescaped_literal, unquote
from ci_runner.frozen import frozen

_QUOTED = r"`(?:[^`]|``)*`"
_STRING = r"'(?:[^'\\]|\\.|'')*'"
_COLUMN = re.compile(rf"  (?P<name>{_QUOTED}) (?P<type>\w+)(?P<rest>.*)")
_KEY = re.compile(rf"  (?:\w+ )?KEY (?:(?P<name>{_QUOTED}) )?\((?P<rest>.*)")
_PERIOD = re.compile(rf"  (?P<clause>PERIOD FOR (?P<name>{_QUOTED}) \(.*\)),?")
_PIECE = re.compile(rf"{_STRING}|{_QUOTED}")
_WORDS = re.compile(r"\b(?:STORAGE|COLUMN_FORMAT) \w+|\bREF_SYSTEM_ID=\d+|\bNOT SECONDARY\b")
# Strings are passed over whole: a comment may say anything.
_DEFAULT = re.compile(rf" DEFAULT (?:(?P<text>{_STRING})|(?P<bytes>0x[0-9A-F]+))|{_STRING}")
_BLOCKS = re.compile(r" KEY_BLOCK_SIZE=(\d+)")
_PARSER = re.compile(rf" WITH PARSER ({_QUOTED})")
_OVERLAPS = re.compile(rf"(?P<period>{_QUOTED}) WITHOUT OVERLAPS\)")
_HIDDEN = re.compile(rf"({_STRING}|\"[^\"]*\"|{_QUOTED})|/\*!\d+ | \*/")
_OPTION = re.compile(
    rf"(?P<name>{_QUOTED}|\"[^\"]+\"|(?:DATA |INDEX )?\w+)"
    rf"(?:=| (?=`))(?P<value>{_STRING}|\"[^\"]*\"|{_QUOTED}|\([^)]*\)|\S+)"
)
_ELSEWHERE = frozenset({"ENGINE", "AUTO_INCREMENT", "CHARSET", "COLLATE", "COMMENT"})
_LOST = "????"
_BINARY = frozenset({"binary", "varbinary"})


@frozen
class ShownKey:
    """`block_size`, `parser` and `period`, of WITHOUT OVERLAPS, are "" where the line has none."""

    block_size: str = ""
    parser: str = ""
    period: str = ""


@frozen
class Shown:
    """`keys` by name, the primary one by PRIMARY; `words` and `defaults` by column that has any.

    `defaults` are those of bytes, as an expression; `bare` are the columns without a default, NULL
    included. `periods` are clauses by name, without that of system time. `partitions` is as
    ci_runner.dialects.mysql.kinds.partitions has it.
    """

    keys: Mapping[str, ShownKey] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()
    periods: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    partitions: str = ""
    statement: str = ""

    def restored(self, told: str) -> str:
        """An expression of MariaDB's catalogue: what is beyond U+FFFF is `????` there."""
        if _LOST not in told:
            return told
        pattern = re.escape(told).replace(re.escape(_LOST), r"(?:\?{4}|[\U00010000-\U0010FFFF])")
        found = re.search(pattern, self.statement)
        return found[0] if found else told


def shown(statement: str) -> Shown:
    """`statement` is what the server prints with backquotes and backslash escapes."""
    head, _, tail = statement.partition("\n) ")
    options, _, partitions = tail.partition("\n")
    lines = head.split("\n")[1:]
    columns = [each for line in lines if line[2:3] == "`" and (each := _COLUMN.match(line))]
    rules = [line for line in lines if line[2:3] != "`"]
    words = ((each["name"], _words(each["rest"])) for each in columns)
    defaults = ((each["name"], _bytes(each["type"], each["rest"])) for each in columns)
    return Shown(
        dict(_key(each) for line in rules if (each := _KEY.match(line))),
        {unquote(name): several for name, several in words if several},
        {unquote(name): default for name, default in defaults if default},
        frozenset(unquote(each["name"]) for each in columns if _is_bare(each["rest"])),
        {unquote(each["name"]): each["clause"] for line in rules if (each := _PERIOD.match(line))},
        tuple(_options(options)),
        shown_partitions(partitions),
        statement,
    )


def _is_bare(rest: str) -> bool:
    """Whether a column has no default: what stands before its comment, which may say anything."""
    return " DEFAULT " not in rest.partition(" COMMENT '")[0]


def _words(rest: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(_PIECE.sub("''", rest))) if _WORDS.search(rest) else ()


def _key(line: re.Match[str]) -> tuple[str, ShownKey]:
    rest = line["rest"]
    bare = _PIECE.sub("``", rest)
    blocks = _BLOCKS.search(bare)
    parser = _PARSER.search(rest) if " WITH PARSER " in bare else None
    overlaps = _OVERLAPS.search(rest) if " WITHOUT OVERLAPS)" in bare else None
    return unquote(line["name"]) if line["name"] else "PRIMARY", ShownKey(
        blocks[1] if blocks else "",
        parser[1] if parser else "",
        overlaps["period"] if overlaps else "",
    )


def _bytes(type_: str, rest: str) -> str:
    """The default of a column of bytes, or that which is no text of the server's own alphabet.

    The catalogue cuts bytes at a zero or turns them into question marks.
    """
    if type_ not in _BINARY and " DEFAULT 0x" not in rest:
        return ""
    said = (each for each in _DEFAULT.finditer(rest) if each["text"] or each["bytes"])
    found = next(said, None)
    if found is None or (type_ not in _BINARY and not found["bytes"]):
        return ""
    if found["bytes"]:
        return found["bytes"].lower()
    value = unescaped_literal(found["text"]).encode("utf-8", "surrogateescape")
    value = value.rstrip(b"\0") if type_ == "binary" else value
    plain = value.isascii() and value.decode("ascii").isprintable()
    return literal(value.decode("ascii")) if plain else f"0x{value.hex()}"


def _options(line: str) -> Iterator[str]:
    """Of the line behind the columns, without what the catalogue tells as well."""
    plain = _HIDDEN.sub(lambda found: found[1] or "", line)
    for found in _OPTION.finditer(plain):
        name = found["name"].upper() if found["name"].isidentifier() else found["name"]
        if name not in _ELSEWHERE:
            yield f"{name}={found['value']}"
