"""What users say of renames and drops: comments in the desired schema, and flags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from ci_runner.errors import UsageError
from ci_runner.frozen import frozen
from ci_runner.migrations.formats.naming import natural

Verb = Literal["rename", "drop"]

_COMMENT = re.compile(r"[ \t]*--[ \t]*schema-ci:(rename|drop)\b[ \t]*([^\r\n]*)")
_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_SIDE = re.compile(
    rf"(?P<kind>(?:[A-Za-z]+[ \t]+)*?)"
    rf"(?P<name>{_IDENTIFIER}(?:\.{_IDENTIFIER})*)(?P<arguments>\(.*\))?"
)
_PART = re.compile(_IDENTIFIER)
_GRAMMAR = "write `users.email -> users.mail`, with the kind before it where that is needed"


@frozen
class Name:
    """A name as it was `written`; `parts` are unquoted and folded, as PostgreSQL folds them."""

    written: str
    parts: tuple[str, ...]


@frozen
class Declared:
    """One rename or drop. `kind` "" means any; `where` is file and line, or the flag.

    A drop has no `new`.
    """

    verb: Verb
    kind: str
    old: Name
    new: Name
    where: str


def flags(verb: Verb, texts: Iterable[str]) -> tuple[Declared, ...]:
    """What `--rename` and `--drop` say. Raises UsageError."""
    return tuple(declared(verb, text, f"--{verb} {text!r}") for text in texts)


def in_source(source: str) -> tuple[Declared, ...]:
    """What the SQL files of a source say: a file, or those of a folder in their order."""
    place = Path(source)
    if place.is_file():
        return in_text(place.read_bytes(), str(place))
    if not place.is_dir():
        return ()
    names = sorted(place.rglob("*.sql"), key=lambda each: [natural(part) for part in each.parts])
    return tuple(each for name in names for each in in_text(name.read_bytes(), str(name)))


def in_schema(root: Path, paths: Sequence[str]) -> tuple[Declared, ...]:
    """What the files of a project's desired schema say, named relative to the repository."""
    found: list[Declared] = []
    for path in paths:
        place = root / path
        names = [place] if place.is_file() else sorted(place.rglob("*.sql"))
        for name in names:
            found += in_text(name.read_bytes(), name.relative_to(root).as_posix())
    return tuple(found)


def in_text(content: bytes, path: str) -> tuple[Declared, ...]:
    """The comments of one file, each on a line of its own. Raises UsageError."""
    lines = content.decode("utf-8", errors="replace").splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        comment = _COMMENT.match(line)
        if comment is not None:
            verb: Verb = "rename" if comment[1] == "rename" else "drop"
            found.append(declared(verb, comment[2], f"{path}:{number}"))
    return tuple(found)


def declared(verb: Verb, text: str, where: str) -> Declared:
    """`[KIND] OLD -> NEW`, or `[KIND] OLD` of a drop. Raises UsageError."""
    before, arrow, after = text.strip().partition("->")
    old, new = _SIDE.fullmatch(before.strip()), _SIDE.fullmatch(after.strip())
    nothing = Name("", ())
    if verb == "drop":
        if old is None or arrow:
            what = f"{text.strip()!r} is no name of something to drop"
            raise UsageError(what, where=where, next_step="write `users.email`")
        return Declared(verb, _kind(old), _name(old), nothing, where)
    if old is None or new is None or _kind(new) not in {"", _kind(old)}:
        raise UsageError(f"{text.strip()!r} is no rename", where=where, next_step=_GRAMMAR)
    return Declared(verb, _kind(old), _name(old), _name(new), where)


def _kind(side: re.Match[str]) -> str:
    return " ".join(side["kind"].lower().split())


def _name(side: re.Match[str]) -> Name:
    """Arguments belong to the last part, as they do in the identity of a routine."""
    parts = [
        part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
        for part in _PART.findall(side["name"])
    ]
    arguments = side["arguments"] or ""
    parts[-1] += arguments
    return Name(f"{side['name']}{arguments}", tuple(parts))
