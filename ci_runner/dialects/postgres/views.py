"""What views and materialized views share: their columns, and what can be changed in place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import World
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, View
from ci_runner.schema.views import MaterializedView

AnyView = View | MaterializedView
Renames = tuple[tuple[str, str], ...]

COLUMNS = """
ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum)
"""

# A collation that is not that of the type is part of a column's type to CREATE OR REPLACE.
COLUMN_TYPES = """
ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod)
             || CASE WHEN a.attcollation <> t.typcollation
                THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum)
"""


def renamed(old: AnyView, new: AnyView, world: World) -> Renames | None:
    """(before, after) of columns, where at most names differ between two views; None otherwise.

    Names include those that what they need gives its columns: where that is renamed in place, the
    server shows the new name in whatever uses it.
    """
    names = tuple(
        (before, after)
        for before, after in zip(old.columns, new.columns, strict=False)
        if before != after
    )
    if old.definition == new.definition and not names:
        return ()
    if len(old.columns) != len(new.columns) or old.column_types != new.column_types:
        return None
    if not {after for _, after in names}.isdisjoint(old.columns):
        return None  # names that move from one column to another
    mine = [_bare(line, old.columns) for line in old.definition.splitlines()]
    theirs = [_bare(line, new.columns) for line in new.definition.splitlines()]
    if mine != theirs:
        inherited = tuple(_inherited(old, world))
        mine = [_with_names(line, inherited) for line in mine]
    return names if mine == theirs else None


def _bare(line: str, columns: tuple[str, ...]) -> str:
    """A line of a view's select list without the name that it gives to its column."""
    body = line.strip().removesuffix(",")
    value, said, name = body.rpartition(" AS ")
    if said and name.replace('""', '"').strip('"') in {each.strip('"') for each in columns}:
        return value
    return body


@frozen
class _Inherited:
    """A column that is renamed in a view, and what the definition in hand calls that view."""

    before: str
    after: str
    aliases: tuple[str, ...]


def _with_names(line: str, names: Iterable[_Inherited]) -> str:
    """`line` with the columns that are renamed under their new names.

    From PostgreSQL 16 on, a column stands without its view where that is the only one.
    """
    for each in names:
        called = "|".join(map(re.escape, each.aliases))
        before = _spelled(each.before)
        found = rf"(?<![\w$.\"'])(?P<alias>(?:(?:{called})\.)?){before}(?![\w$.\"'(])"
        after = quote(each.after).replace("\\", r"\\")
        line = re.sub(found, rf"\g<alias>{after}", line)
    return line


def _spelled(name: str) -> str:
    """A pattern for a name, which the server may quote where we would not."""
    quoted = name.replace('"', '""')
    return rf'(?:{re.escape(name)}|"{re.escape(quoted)}")'


def _inherited(old: AnyView, world: World) -> Iterator[_Inherited]:
    for needed in world.needs.get(old.identity, ()):
        names = _renamed_in(needed, world)
        if names:
            aliases = tuple(_aliases(needed, old.definition))
            yield from (_Inherited(before, after, aliases) for before, after in names)


def _aliases(needed: Identity, definition: str) -> Iterator[str]:
    """An alias stands in lower case or in quotes, what else may follow in upper case."""
    table = rf"{_spelled(needed.schema)}\.(?P<name>{_spelled(needed.name)})"
    alias = r'(?: (?P<alias>[a-z_][a-z0-9_$]*|"(?:[^"]|"")+"))?'
    for found in re.finditer(rf"{table}{alias}(?![\w$\".])", definition):
        yield found["alias"] or found["name"]


def _renamed_in(needed: Identity, world: World) -> Renames:
    before, after = world.old.get(needed), world.new.get(needed)
    if not isinstance(before, AnyView) or not isinstance(after, AnyView) or before == after:
        return ()
    return renamed(before, after, world) or ()


def shown_after(text: str, on: Identity, world: World) -> str:
    """What stands on a view, as the server shows it once that view's columns are renamed."""
    names = _renamed_in(on, world)
    return _with_names(text, [_Inherited(before, after, (on.name,)) for before, after in names])


def rename_columns(new: AnyView, names: Renames) -> Iterator[PlannedStatement]:
    at = altered(new)
    for before, after in names:
        yield PlannedStatement(
            f"{at} RENAME COLUMN {quote(before)} TO {quote(after)}",
            f"Rename column {before} of {new.identity} to {after}",
            new.identity,
            undo=f"{at} RENAME COLUMN {quote(after)} TO {quote(before)}",
        )


def altered(view: AnyView) -> str:
    return f"ALTER {view.identity.kind.upper()} {qualified(view.schema, view.name)}"


def set_options(old: AnyView, new: AnyView) -> Iterator[PlannedStatement]:
    """Options and storage parameters that differ, by SET and RESET."""
    before, after = _by_name(old.options), _by_name(new.options)
    gone = {name: value for name, value in before.items() if name not in after}
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    at = altered(new)
    if gone:
        yield PlannedStatement(
            f"{at} RESET ({', '.join(gone)})",
            f"Reset {', '.join(gone)} of {new.identity}",
            new.identity,
            undo=f"{at} SET ({_listed(gone)})",
        )
    if changed:
        back = {name: before[name] for name in changed if name in before}
        undo = [f"{at} SET ({_listed(back)})"] if back else []
        if added := [name for name in changed if name not in before]:
            undo.append(f"{at} RESET ({', '.join(added)})")
        yield PlannedStatement(
            f"{at} SET ({_listed(changed)})",
            f"Set {', '.join(changed)} of {new.identity}",
            new.identity,
            undo=";\n".join(undo),
        )


def _by_name(options: tuple[str, ...]) -> dict[str, str]:
    return {each.split("=", 1)[0]: each for each in options}


def _listed(options: Mapping[str, str]) -> str:
    return ", ".join(options.values())
