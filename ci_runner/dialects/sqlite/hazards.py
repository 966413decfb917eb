"""Say what a change may do to rows, and how to find those that it would fail on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.sqlite import strict
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.tokens import mentions, quote, tokenize, write
from ci_runner.dialects.token_lists import closing, split
from ci_runner.schema.model import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique

_FIND = "; to find such rows: "
# The rules of sqlite.org/datatype3.html, section 3.1, in their order.
_AFFINITIES = (
    ("INTEGER", ("INT",)),
    ("TEXT", ("CHAR", "CLOB", "TEXT")),
    ("BLOB", ("BLOB",)),
    ("REAL", ("REAL", "FLOA", "DOUB")),
)
_NUMBERS = frozenset({"INTEGER", "REAL", "NUMERIC"})


def of_copy(old: Catalogue, new: Catalogue, before: Table, table: Table) -> Iterator[str]:
    """What copying the rows of a table into its new form does to them, and what stops it."""
    yield f"Copies every row of {table.name} while nobody else can write."
    copied = _Copied(before, table)
    yield from copied.of_nulls()
    yield from copied.of_types()
    was = {column.name.lower() for column in before.columns}
    alias = new.rowid(table.name)
    if alias.lower() in was and old.rowid(before.name).lower() != alias.lower():
        yield f"NULL in {table.name}.{alias} becomes a number that SQLite chooses."
    known = {each.definition for each in old.constraints(before.name)}
    for rule in new.constraints(table.name):
        if rule.definition in known and not copied.turns(rule.definition):
            continue
        if isinstance(rule, ForeignKey):
            yield from _of_reference(old, rule, copied)
        elif isinstance(rule, Check):
            yield copied.of_check(rule)
        elif isinstance(rule, Unique | PrimaryKey):
            yield copied.of_equals(_keys(rule.definition), ", ".join(rule.columns))
    for index in new.indexes.get(table.name.lower(), ()):
        stays = old.schema.get(index.identity) == index
        if index.unique and stays and copied.turns(index.definition):
            yield copied.of_equals(index.keys, ", ".join(index.keys))


def of_index(old: Catalogue, new: Catalogue, index: Index) -> Iterator[str]:
    """What stops a new index; nothing does on a table that is new as well."""
    before, table = (each.tables.get(index.table.lower()) for each in (old, new))
    if index.unique and before and table:
        copied = _Copied(before, table)
        yield copied.of_equals(index.keys, ", ".join(index.keys), index.predicate or "")


class _Copied:
    """How the columns of a table differ from those that they are filled from.

    `turned` are those whose values may be others, or compare otherwise; `fresh` those that the
    table has not had yet, or whose NULLs get the default. Names are in lower case.
    """

    def __init__(self, before: Table, table: Table) -> None:
        self.table = table
        self.before = before
        self.was = {column.name.lower(): column for column in before.columns}
        self.now = {column.name.lower(): column for column in table.columns}
        self.fresh = {name for name, column in self.now.items() if self._is_fresh(name, column)}
        self.turned = {
            name
            for name, column in self.now.items()
            if name in self.was
            and (
                affinity(column.type, table) != affinity(self.was[name].type, before)
                or column.collation != self.was[name].collation
            )
        }

    def _is_fresh(self, name: str, column: Column) -> bool:
        was = self.was.get(name)
        if was is None or column.generated != was.generated:
            return True
        return column.not_null and not was.not_null and column.default is not None

    def turns(self, sql: str) -> bool:
        """Whether what held for the rows before may hold no more."""
        return mentions(tokenize(sql), self.turned | self.fresh)

    def tells(self, sql: str) -> bool:
        """Whether the rows as they are show what `sql` will say of them."""
        lost = self.was.keys() - self.now.keys()
        return not mentions(tokenize(sql), self.turned | self.fresh | lost)

    def of_check(self, rule: Check) -> str:
        said = f"Fails when rows of {self.table.name} break {rule.definition}"
        _, _, inside = rule.definition.partition("CHECK ")
        if not self.tells(inside):
            return f"{said}."
        return f"{said}{_FIND}SELECT * FROM {quote(self.before.name)} WHERE NOT {inside}"

    def of_equals(self, keys: Sequence[str], names: str, predicate: str = "") -> str:
        said = f"Fails when rows of {self.table.name} are equal in {names}"
        bare = [key.removesuffix(" DESC") for key in keys]
        conditions = [f"({predicate})"] if predicate else []
        conditions += [f"{key} IS NOT NULL" for key in bare]
        where, listed = " AND ".join(conditions), ", ".join(bare)
        if not self.tells(f"{listed} {where}"):
            return f"{said}."
        return (
            f"{said}{_FIND}SELECT {listed}, count(*) FROM {quote(self.before.name)} "
            f"WHERE {where} GROUP BY {listed} HAVING count(*) > 1"
        )

    def of_nulls(self) -> Iterator[str]:
        name = self.table.name
        for column in self.table.columns:
            was, value = self.was.get(column.name.lower()), quote(column.name)
            if not column.not_null:
                continue
            if column.generated_kind:
                if column.name.lower() in self.fresh:
                    yield f"Fails when {name}.{column.name} comes out as NULL."
            elif was is None and column.default is None:
                yield (
                    f"Fails when {name} has rows: {column.name} is NOT NULL without a default"
                    f"{_FIND}SELECT * FROM {quote(self.before.name)}"
                )
            elif was is not None and not was.not_null and column.default is None:
                yield (
                    f"Fails when {name}.{column.name} holds NULL{_FIND}"
                    f"SELECT * FROM {quote(self.before.name)} WHERE {value} IS NULL"
                )
            elif was is not None and not was.not_null:
                yield f"NULL in {name}.{column.name} becomes {column.default}."

    def of_types(self) -> Iterator[str]:
        is_strict = "STRICT" in self.table.options
        for name, column in self.now.items():
            was = self.was.get(name)
            if is_strict and column.type != strict.ANY:
                yield from self._of_strict(was, column)
            if was is None or column.generated_kind:
                continue
            place = f"{self.table.name}.{column.name}"
            old, new = affinity(was.type, self.before), affinity(column.type, self.table)
            if new in _NUMBERS and old not in _NUMBERS:
                yield f"Text in {place} that reads as a number becomes it: '007' becomes 7."
            elif new == "TEXT" and old != "TEXT":
                yield f"Numbers in {place} become text, which sorts otherwise: '10' before '9'."
            elif new == "REAL" and old in _NUMBERS - {"REAL"}:
                yield f"Numbers in {place} become floating: those above 2^53 lose digits."

    def _of_strict(self, was: Column | None, column: Column) -> Iterator[str]:
        name, rows = f"{self.table.name}.{column.name}", f"SELECT * FROM {quote(self.before.name)}"
        if column.generated_kind:
            if column.name.lower() in self.fresh or was is None or was.type != column.type:
                yield f"Fails when {name} comes out as what can't be kept as {column.type}."
        elif was is None:
            if column.default is not None and not strict.takes(column.type, column.default):
                yield (
                    f"Fails when {self.table.name} has rows and the default of {column.name} can't "
                    f"be kept as {column.type}."
                )
        elif "STRICT" not in self.before.options or was.type != column.type:
            others = strict.others(column.type, quote(column.name))
            yield (
                f"Fails when a value in {name} can't be kept as {column.type}; "
                f"to find those to look at: {rows} WHERE {others}"
            )


def affinity(declared: str, table: Table) -> str:
    """What a column of this type turns values into, where they can be turned without loss."""
    if not declared or (declared == strict.ANY and "STRICT" in table.options):
        return "BLOB"
    found = (name for name, parts in _AFFINITIES if any(part in declared for part in parts))
    return next(found, "NUMERIC")


def _keys(definition: str) -> tuple[str, ...]:
    """The keys of `UNIQUE (a, b COLLATE NOCASE DESC)` as they are written."""
    tokens = tokenize(definition)
    start = next(at for at, token in enumerate(tokens) if token.word == "(")
    parts = split(tokens[start + 1 : closing(tokens, start)])
    return tuple(write(part, ()) for part in parts)


def _of_reference(old: Catalogue, rule: ForeignKey, copied: _Copied) -> Iterator[str]:
    parent, child = rule.references.name, copied.table.name
    said = (
        f"Does not look whether each row of {child} has its row in {parent}; "
        "PRAGMA foreign_key_check does"
    )
    target = old.tables.get(parent.lower())
    held = {column.name.lower() for column in target.columns} if target else set()
    asks = {column.lower() for column in rule.referenced_columns}
    if not asks or not asks <= held or not copied.tells(", ".join(map(quote, rule.columns))):
        yield f"{said}."
        return
    pairs = zip(rule.columns, rule.referenced_columns, strict=True)
    there = " AND ".join(f"p.{quote(theirs)} = c.{quote(ours)}" for ours, theirs in pairs)
    given = " AND ".join(f"c.{quote(ours)} IS NOT NULL" for ours in rule.columns)
    yield (
        f"{said}{_FIND}SELECT * FROM {quote(copied.before.name)} AS c WHERE {given} AND NOT EXISTS "
        f"(SELECT 1 FROM {quote(parent)} AS p WHERE {there})"
    )
