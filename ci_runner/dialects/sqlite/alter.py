"""Change one table that stays: ALTER TABLE where SQLite's can do it, else the rebuild."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite import strict
from ci_runner.dialects.sqlite.back import with_way_back
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.rebuild import column_sql, is_plain, rebuild
from ci_runner.dialects.sqlite.tokens import mentions, quote, tokenize
from ci_runner.schema.model import Check, Column, Constraint, ForeignKey, Table, View

# sqlite.org/releaselog/3_35_0.html
_DROPS_COLUMNS = (3, 35)


def alter(
    old: Catalogue, new: Catalogue, after: Table, version: tuple[int, ...]
) -> tuple[PlannedStatement, ...]:
    """Statements that give the table its new form; none when nothing changed."""
    before = old.tables[after.name.lower()]
    mine = {column.name.lower(): column for column in before.columns}
    theirs = {column.name.lower(): column for column in after.columns}
    added = [column for name, column in theirs.items() if name not in mine]
    lost = [column for name, column in mine.items() if name not in theirs]
    rules = set(new.constraints(after.name))
    known = set(old.constraints(before.name))
    inline = _inline(rules - known, added)
    reordered = [*(name for name in mine if name in theirs), *(each.name.lower() for each in added)]
    same = (
        before.name == after.name
        and before.options == after.options
        and known == rules - {each for listed in inline.values() for each in listed}
        and all(theirs[name] == mine[name] for name in mine.keys() & theirs.keys())
        and not (reordered != list(theirs) and _order_shows(old, new, after.name.lower()))
    )
    is_strict = "STRICT" in after.options
    can_add = all(
        _can_add(column, added[at:], is_strict=is_strict) for at, column in enumerate(added)
    )
    drops_columns = not version or version >= _DROPS_COLUMNS
    can_drop = drops_columns and all(_can_drop(old, new, before, column) for column in lost)
    if not (same and can_add and (can_drop or not lost)):
        return with_way_back(tuple(rebuild(old, new, after)), old, new, after)
    adds = tuple(_add(column, after, inline.get(column.name, ())) for column in added)
    if not drops_columns:
        why = ("SQLite before 3.35 drops no column",)
        adds = tuple(replace(each, undo=None, undo_hazards=why) for each in adds)
    return (*adds, *(_drop(column, after) for column in lost))


def _inline(rules: set[Constraint], added: list[Column]) -> dict[str, tuple[Constraint, ...]]:
    """The rules that an added column can bring along, by the column."""
    found: dict[str, tuple[Constraint, ...]] = {}
    for rule in sorted(rules, key=lambda each: each.identity):
        for column in reversed(added):
            says = {column.name.lower()}
            # With foreign_keys = ON, only NULL may be the default of a column that references.
            references = (
                isinstance(rule, ForeignKey)
                and rule.columns == (column.name,)
                and column.default is None
            )
            checks = isinstance(rule, Check) and mentions(tokenize(rule.definition), says)
            if references or checks:
                found[column.name] = (*found.get(column.name, ()), rule)
                break
    return found


def _add(column: Column, table: Table, rules: tuple[Constraint, ...]) -> PlannedStatement:
    words = [column_sql(column, table.options)]
    for rule in rules:
        if isinstance(rule, ForeignKey):
            own = f"FOREIGN KEY ({quote(column.name)}) "
            label, _, target = rule.definition.partition(own)
            words.append(f"{label}{target}")
        else:
            words.append(rule.definition)
    checks = [each.definition for each in rules if isinstance(each, Check)]
    return PlannedStatement(
        f"ALTER TABLE {quote(table.name)} ADD COLUMN {' '.join(words)}",
        f"Add column {column.name} to table {table.name}",
        column.identity,
        undo=f"ALTER TABLE {quote(table.name)} DROP COLUMN {quote(column.name)}",
        hazards=tuple(f"Fails when rows of {table.name} break {check}." for check in checks),
    )


def _drop(column: Column, table: Table) -> PlannedStatement:
    computed = bool(column.generated_kind)
    added = f"ALTER TABLE {quote(table.name)} ADD COLUMN {column_sql(column, table.options)}"
    return PlannedStatement(
        f"ALTER TABLE {quote(table.name)} DROP COLUMN {quote(column.name)}",
        f"Drop column {column.name} of table {table.name}",
        column.identity,
        destructive=not computed,
        undo=added if computed and _can_add(column, [], is_strict=False) else None,
        undo_hazards=("SQLite adds no stored column",) if computed else (),
        hazards=() if computed else (f"The values of {table.name}.{column.name} are lost.",),
    )


def _order_shows(old: Catalogue, new: Catalogue, table: str) -> bool:
    """Whether a view that changes reads the table: SELECT * shows the order of its columns."""
    return any(
        isinstance(view, View) and table in words and old.schema.get(view.identity) != view
        for view, words in new.words.items()
    )


def _can_add(column: Column, missing: list[Column], *, is_strict: bool) -> bool:
    """The limits of ADD COLUMN: sqlite.org/lang_altertable.html, section 5.

    `missing` are the columns that are added later, which it can't compute with. A default of
    another type than a strict table's column comes into rows that are there all the same.
    """
    default = column.default
    if column.generated_kind:
        later = {each.name.lower() for each in missing}
        computes = not mentions(tokenize(column.generated or ""), later)
        return column.generated_kind == "virtual" and not column.not_null and computes
    if default is not None and (not is_plain(default) or default.upper().startswith("CURRENT_")):
        return False
    if default is not None and is_strict and not strict.takes(column.type, default):
        return False
    return not column.not_null or default is not None


def _can_drop(old: Catalogue, new: Catalogue, before: Table, column: Column) -> bool:
    """DROP COLUMN refuses what a key, a check, an index or a generated column still uses."""
    texts = [each.definition for each in old.constraints(before.name)]
    texts += [index.definition for index in new.indexes.get(before.name.lower(), ())]
    texts += [each.generated or "" for each in before.columns if each != column]
    return not any(mentions(tokenize(text), {column.name.lower()}) for text in texts)
