"""Read what stands behind author and id of a change set: `runInTransaction:false dbms:sqlite`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import Options
from ci_runner.migrations.changelog.cut import LITERAL

_OPTION = re.compile(r"(?P<name>[A-Za-z]+):\s*(?P<value>\"[^\"]*\"|\S*)")
_SWITCHES = {
    "splitstatements": "split",
    "runintransaction": "transaction",
    "runonchange": "on_change",
    "runalways": "always",
    "failonerror": "must_succeed",
    "ignore": "ignored",
}
# They choose what is deployed where, or how it is undone: all is run here, and nothing undone.
_NO_MATTER = frozenset({
    "context", "contextfilter", "labels", "stripcomments", "runwith", "runwithspoolfile",
    "rollbacksplitstatements", "rollbackenddelimiter", "runorder", "created",
    "objectquotingstrategy",
})  # fmt: skip


def line_options(text: str) -> Iterator[tuple[str, str]]:
    """Each `name:value` in order, the name in small letters and the value without its quotes."""
    for found in _OPTION.finditer(text):
        yield found["name"].lower(), found["value"].strip('"')


def products(text: str) -> tuple[str, ...]:
    """The engines of a list such as `postgresql,!h2`."""
    return tuple(each.strip().lower() for each in text.split(",") if each.strip())


def options(text: str, where: str) -> Options:
    """Raises SqlError for a value that Liquibase can't read, or that is not read here."""
    chosen: dict[str, bool] = {}
    delimiter = logical = ""
    dbms: tuple[str, ...] = ()
    unknown = []
    for found in _OPTION.finditer(text):
        name, value = found["name"].lower(), found["value"].strip('"')
        if name in _SWITCHES:
            chosen[_SWITCHES[name]] = _truth(name, value, where)
        elif name == "enddelimiter":
            delimiter = _literal(value, where)
        elif name == "dbms":
            dbms = products(value)
        elif name == "logicalfilepath":
            logical = value
        elif name not in _NO_MATTER:
            unknown.append(found["name"])
    return Options(
        **chosen, delimiter=delimiter, dbms=dbms, logical_path=logical, unknown=tuple(unknown)
    )


def _truth(name: str, value: str, where: str) -> bool:
    if value.lower() not in {"true", "false"}:
        raise SqlError(
            f"`{name}` is neither true nor false: {value!r}",
            where=where,
            next_step="write true or false",
        )
    return value.lower() == "true"


def _literal(value: str, where: str) -> str:
    r"""A delimiter as `cuts` takes it: `\n` may stand before it, and no other pattern."""
    if value == ";":
        return ""
    if not LITERAL.fullmatch(value):
        raise SqlError(
            f"the end delimiter {value} is a pattern that is not read here",
            where=where,
            next_step="write a literal one, such as `endDelimiter://`",
        )
    return value
