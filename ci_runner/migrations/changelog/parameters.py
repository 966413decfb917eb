"""Put values in the place of `${name}`, as a changelog's properties say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import Parameter, is_meant_for

_NAMED = re.compile(r"\$\{(?P<as_is>:?)(?P<name>[^{}\s]+)\}")
_DEEPEST = 16
# Characters that values may add to one change set: as many as a file may have.
_MOST = 64 * 2**20


def named(text: str, known: Iterable[Parameter]) -> tuple[Parameter, ...]:
    """Those of `known` that `text` names, and that those name in turn, in their order."""
    several = tuple(known)
    names = {found["name"] for found in _NAMED.finditer(text)} if "${" in text else set()
    more = True
    while more:
        values = "".join(each.value for each in several if each.name in names)
        further = {found["name"] for found in _NAMED.finditer(values)} - names
        names |= further
        more = bool(further)
    return tuple(each for each in several if each.name in names)


def filled(text: str, parameters: tuple[Parameter, ...], dialect: str, where: str) -> str:
    """`text` with values for names. The first that is meant for the engine counts, as in Liquibase.

    What has none is left as it stands, as Liquibase leaves it; `${:name}` stands for `${name}`.
    Raises SqlError for a value that leads to itself.
    """
    values: dict[str, str] = {}
    for each in parameters:
        if is_meant_for(each.dbms, dialect):
            values.setdefault(each.name, each.value)

    added = 0

    def value(found: re.Match[str]) -> str:
        nonlocal added
        said = found[0] if found["as_is"] else values.get(found["name"], found[0])
        added += len(said)
        if added > _MOST:
            raise SqlError(
                "the values of properties are more text than a file may be",
                where=where,
                next_step="write what they stand for, or less of it",
            )
        return said

    for _ in range(_DEEPEST):
        text, before = _NAMED.sub(value, text), text
        if text == before:
            return text.replace("${:", "${")
    raise SqlError(
        "the properties of the changelog lead to each other without an end",
        where=where,
        next_step="give one of them a value of its own",
    )
