"""Random small schemas of all managed kinds, as scripts that PostgreSQL accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from ci_runner.dialects.postgres.quote import literal, qualified, quote

_NAMES = ("a", "b", "Case", "select", 'quo"te', "it's", "ünï", "two words", "back\\slash", "c%s{d}")
_SCHEMAS = ("public", "Other one")
_VALUES = ("x", "y", "it's", "UPPER", "back\\slash", "ñ", "")
_DEFAULTS = {
    "integer": ("0", "(-1)", "(1 + 2)"),
    "bigint": ("0", "9000000000"),
    "smallint": ("1",),
    "text": ("'it''s'", "''", "upper('x')", "NULL"),
    "character varying(10)": ("'x'", "'a' || 'b'"),
    "numeric(8,2)": ("1.5", "0"),
    "boolean": ("true", "(1 > 2)"),
    "timestamp with time zone": ("now()", "'2020-01-01 00:00:00+00'"),
    "date": ("CURRENT_DATE", "'2020-01-01'"),
    "jsonb": ("'{}'", """'{"a": [1, "b''c"]}'"""),
    "uuid": ("gen_random_uuid()",),
    "text[]": ("'{}'", "ARRAY['a', 'b']"),
    "interval day to second": ("'1 day'",),
    "bit varying(4)": ("'101'",),
}
_INTEGERS = ("smallint", "integer", "bigint")
_COLLATED = ("text", "character varying(10)")
_COMMENTS = st.sampled_from((None, None, "plain", "it's\n two lines", "back\\slash; $$ -- é"))


class Named(NamedTuple):
    """A column that others may use."""

    name: str
    type: str
    generated: bool


@dataclass
class Script:
    """A script while it grows, with what it has made so far."""

    draw: st.DrawFn
    statements: list[str]
    relations: dict[tuple[str, str], list[Named]]
    values: dict[str, str]

    def comment(self, what: str) -> None:
        text = self.draw(_COMMENTS)
        if text is not None:
            self.statements.append(f"COMMENT ON {what} IS {literal(text)}")

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def some(self, columns: list[Named], most: int = 2) -> list[Named]:
        return self.draw(st.lists(st.sampled_from(columns), min_size=1, max_size=most, unique=True))


@st.composite
def scripts(draw: st.DrawFn) -> str:
    """Two scripts drawn one after the other share most names and differ in what they mean."""
    script = Script(draw, ['CREATE SCHEMA "Other one"'], {}, {})
    types = [_enum(script, schema) for schema in _SCHEMAS if script.chance()]
    for make in (_domain, _composite, _range):
        if script.chance():
            types.append(make(script, draw(st.sampled_from(_SCHEMAS)), types))
    types += [f"{name}[]" for name in types if draw(st.integers(0, 3)) == 0]
    sequences = [_sequence(script, schema) for schema in _SCHEMAS if script.chance()]
    keys: list[tuple[str, Named]] = []
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    for name in names:
        _table(script, (draw(st.sampled_from(_SCHEMAS)), name), types, sequences, keys)
    tables = sorted(script.relations)
    for number in range(draw(st.integers(0, 3))):
        _view(script, f"view {number}")
    for number in range(draw(st.integers(0, 2))):
        _materialized_view(script, f"kept {number}")
    for number in range(draw(st.integers(0, 2))):
        _policy(script, draw(st.sampled_from(tables)), f"policy {number}")
        _statistics(script, draw(st.sampled_from(tables)), f"statistics {number}")
    return ";\n".join(script.statements)


def _enum(script: Script, schema: str) -> str:
    values = script.draw(st.lists(st.sampled_from(_VALUES), min_size=1, max_size=4, unique=True))
    name = qualified(schema, "Mood")
    listed = ", ".join(literal(value) for value in values)
    script.statements.append(f"CREATE TYPE {name} AS ENUM ({listed})")
    script.values[name] = values[0]
    script.comment(f"TYPE {name}")
    return name


def _domain(script: Script, schema: str, types: list[str]) -> str:
    name = qualified(schema, "a Domain")
    base = script.draw(st.sampled_from(("integer", "bigint", "text", *types)))
    end = script.draw(st.sampled_from(("", " NOT NULL", " DEFAULT NULL")))
    script.statements.append(f"CREATE DOMAIN {name} AS {base}{end}")
    script.comment(f"DOMAIN {name}")
    if script.chance():
        add = f"ALTER DOMAIN {name} ADD CONSTRAINT {script.draw(st.sampled_from(('c', 'C')))}"
        valid = script.draw(st.sampled_from(("", " NOT VALID")))
        script.statements.append(f"{add} CHECK (VALUE::text <> 'x'){valid}")
    return name


def _composite(script: Script, schema: str, types: list[str]) -> str:
    name = qualified(schema, "Row")
    fields = script.draw(st.lists(st.sampled_from(_NAMES[:4]), min_size=1, max_size=3, unique=True))
    listed = ", ".join(
        f"{quote(each)} {script.draw(st.sampled_from(('integer', 'bigint', 'text', *types)))}"
        for each in fields
    )
    script.statements.append(f"CREATE TYPE {name} AS ({listed})")
    script.comment(f"TYPE {name}")
    script.comment(f"COLUMN {name}.{quote(fields[0])}")
    return name


def _range(script: Script, schema: str, _: list[str]) -> str:
    name = qualified(schema, "Span")
    form = script.draw(st.sampled_from(("integer", "bigint", 'text, collation = "C"')))
    multi = script.draw(st.sampled_from(("", ', multirange_type_name = "Spans"')))
    script.statements.append(f"CREATE TYPE {name} AS RANGE (subtype = {form}{multi})")
    script.comment(f"TYPE {name}")
    return name


def _sequence(script: Script, schema: str) -> str:
    name = qualified(schema, "Counter")
    kind = script.draw(st.sampled_from(_INTEGERS))
    form = script.draw(
        st.sampled_from(("", "INCREMENT -2", "MINVALUE 5 MAXVALUE 90 START 7", "CACHE 9 CYCLE"))
    )
    script.statements.append(f"CREATE SEQUENCE {name} AS {kind} {form}")
    script.comment(f"SEQUENCE {name}")
    return name


def _table(
    script: Script,
    relation: tuple[str, str],
    types: list[str],
    sequences: list[str],
    keys: list[tuple[str, Named]],
) -> None:
    name = qualified(*relation)
    columns: list[Named] = []
    lines: list[str] = []
    for column in script.draw(
        st.lists(st.sampled_from(_NAMES), min_size=1, max_size=5, unique=True)
    ):
        kind = script.draw(st.sampled_from((*_DEFAULTS, *types)))
        line, generated = _column(script, column, kind, columns, sequences)
        lines.append(line)
        columns.append(Named(column, kind, generated))
    unlogged = script.draw(st.sampled_from(("", "", "", " WITH (fillfactor = 70)")))
    script.statements.append(f"CREATE TABLE {name} ({', '.join(lines)}){unlogged}")
    script.relations[relation] = columns
    script.comment(f"TABLE {name}")
    script.comment(f"COLUMN {name}.{quote(columns[0].name)}")
    _constraints(script, name, columns, keys)
    for number in range(script.draw(st.integers(0, 2))):
        _index(script, relation, f"{relation[1]} index {number}", columns)


def _column(
    script: Script, name: str, kind: str, before: list[Named], sequences: list[str]
) -> tuple[str, bool]:
    line = f"{quote(name)} {kind}"
    if kind in _COLLATED and script.draw(st.integers(0, 3)) == 0:
        line += ' COLLATE "C"'
    null = " NOT NULL" if script.chance() else ""
    form = script.draw(st.sampled_from(("", "default", "identity", "generated", "sequence")))
    bases = [each for each in before if each.type in _INTEGERS and not each.generated]
    if form == "default" and kind in _DEFAULTS:
        return f"{line} DEFAULT {script.draw(st.sampled_from(_DEFAULTS[kind]))}{null}", False
    if form == "identity" and kind in _INTEGERS:
        how = script.draw(st.sampled_from(("ALWAYS", "BY DEFAULT")))
        options = script.draw(st.sampled_from(("", "(START 5 INCREMENT 3)", "(MAXVALUE 99 CYCLE)")))
        return f"{line} GENERATED {how} AS IDENTITY {options}", False
    if form == "generated" and kind in _INTEGERS and bases:
        base = script.draw(st.sampled_from(bases))
        sum_ = f"({quote(base.name)} + {script.draw(st.integers(1, 2))})::{kind}"
        return f"{line} GENERATED ALWAYS AS ({sum_}) STORED{null}", True
    if form == "sequence" and kind in _INTEGERS and sequences:
        used = literal(script.draw(st.sampled_from(sequences)))
        return f"{line} DEFAULT nextval({used}){null}", False
    return line + null, False


def _constraints(
    script: Script, table: str, columns: list[Named], keys: list[tuple[str, Named]]
) -> None:
    alter = f"ALTER TABLE {table} ADD CONSTRAINT"
    prefix = f"{table} ".replace('"', "").replace(".", " ")
    first = quote(columns[0].name)
    plain = [each for each in columns if not each.generated]
    if script.chance():
        (key,) = script.some(columns, 1)
        script.statements.append(f"{alter} {quote(prefix + 'pk')} PRIMARY KEY ({quote(key.name)})")
        keys.append((table, key))
    if script.chance():
        chosen = ", ".join(quote(each.name) for each in script.some(columns))
        form = script.draw(st.sampled_from(("", "NULLS NOT DISTINCT", "")))
        end = script.draw(st.sampled_from(("", "DEFERRABLE", f"INCLUDE ({first})")))
        name = quote(prefix + script.draw(st.sampled_from(("once", "single"))))
        script.statements.append(f"{alter} {name} UNIQUE {form} ({chosen}) {end}")
        script.comment(f"CONSTRAINT {name} ON {table}")
    if script.chance():
        end = script.draw(st.sampled_from(("", "NO INHERIT", "NOT VALID")))
        script.statements.append(f"{alter} filled CHECK ({_condition(script, columns)}) {end}")
    for parent, key in keys:
        fitting = [each for each in plain if each.type == key.type]
        if fitting and script.chance():
            (own,) = script.some(fitting, 1)
            action = script.draw(st.sampled_from(("", "ON DELETE CASCADE", "DEFERRABLE")))
            name = quote(f"to {parent}".replace('"', ""))
            script.statements.append(
                f"{alter} {name} FOREIGN KEY ({quote(own.name)})"
                f" REFERENCES {parent} ({quote(key.name)}) {action}"
            )


def _condition(script: Script, columns: list[Named]) -> str:
    (column,) = script.some(columns, 1)
    name = quote(column.name)
    choices = [f"{name} IS NOT NULL"]
    if column.type in _INTEGERS:
        choices += [f"{name} > 0", f"{name} IN (1, 2)", f"{name} BETWEEN 1 AND 9"]
    if column.type in _COLLATED:
        choices += [f"{name} IN ('a', 'it''s')", f"{name} LIKE 'a%'", f"length({name}) < 9"]
    if column.type in script.values:
        choices += [f"{name} > {literal(script.values[column.type])}"]
    return script.draw(st.sampled_from(choices))


def _index(script: Script, relation: tuple[str, str], name: str, columns: list[Named]) -> None:
    chosen = script.some(columns)
    parts = []
    for each in chosen:
        form = quote(each.name)
        if each.type in _COLLATED and script.chance():
            form = f"lower({form})"
        parts.append(form + script.draw(st.sampled_from(("", " DESC", " NULLS FIRST"))))
    unique = "UNIQUE " if script.chance() else ""
    include = f" INCLUDE ({quote(columns[0].name)})" if script.chance() else ""
    where = f" WHERE {_condition(script, columns)}" if script.chance() else ""
    script.statements.append(
        f"CREATE {unique}INDEX {quote(name)} ON {qualified(*relation)}"
        f" ({', '.join(parts)}){include}{where}"
    )
    script.comment(f"INDEX {qualified(relation[0], name)}")


def _query(script: Script) -> tuple[str, list[Named]]:
    """A query of a table or view that there is, and the columns that it shows."""
    source = script.draw(st.sampled_from(sorted(script.relations)))
    columns = script.relations[source]
    chosen = script.some(columns, 3)
    shown = [
        each._replace(name=script.draw(st.sampled_from((each.name, f"{each.name} again"))))
        for each in chosen
    ]
    listed = ", ".join(
        f"{quote(each.name)} AS {quote(name)}"
        for each, (name, *_) in zip(chosen, shown, strict=True)
    )
    where = f" WHERE {_condition(script, columns)}" if script.chance() else ""
    return f"SELECT {listed} FROM {qualified(*source)}{where}", shown


def _view(script: Script, name: str) -> None:
    query, shown = _query(script)
    schema = script.draw(st.sampled_from(_SCHEMAS))
    options = script.draw(st.sampled_from(("", "", " WITH (security_barrier)")))
    view = qualified(schema, name)
    script.statements.append(f"CREATE VIEW {view}{options} AS {query}")
    script.comment(f"VIEW {view}")
    script.comment(f"COLUMN {view}.{quote(shown[0].name)}")
    script.relations[schema, name] = shown


def _materialized_view(script: Script, name: str) -> None:
    query, shown = _query(script)
    schema = script.draw(st.sampled_from(_SCHEMAS))
    options = script.draw(st.sampled_from(("", "", " WITH (fillfactor = 60)")))
    view = qualified(schema, name)
    script.statements.append(f"CREATE MATERIALIZED VIEW {view}{options} AS {query}")
    script.comment(f"MATERIALIZED VIEW {view}")
    script.comment(f"COLUMN {view}.{quote(shown[0].name)}")
    script.relations[schema, name] = shown
    for number in range(script.draw(st.integers(0, 2))):
        _index(script, (schema, name), f"{name} index {number}", shown)


def _policy(script: Script, table: tuple[str, str], name: str) -> None:
    at = f"{quote(name)} ON {qualified(*table)}"
    columns = script.relations[table]
    kind = script.draw(st.sampled_from(("", "AS RESTRICTIVE")))
    command = script.draw(st.sampled_from(("", "FOR SELECT", "FOR DELETE")))
    check = f" WITH CHECK ({_condition(script, columns)})" if not command else ""
    script.statements.append(
        f"CREATE POLICY {at} {kind} {command} USING ({_condition(script, columns)}){check}"
    )
    script.comment(f"POLICY {at}")


def _statistics(script: Script, table: tuple[str, str], name: str) -> None:
    """On two columns, or on an expression."""
    columns = [each for each in script.relations[table] if not each.generated]
    schema = script.draw(st.sampled_from(_SCHEMAS))
    at = qualified(schema, name)
    of = script.some(columns) if columns else []
    numbers = [each for each in of if each.type in _INTEGERS]
    if len(of) == 2 and script.chance():
        listed = ", ".join(quote(each.name) for each in of)
    elif numbers:
        listed = f"({quote(numbers[0].name)} * 2)"
    else:
        return
    script.statements.append(f"CREATE STATISTICS {at} ON {listed} FROM {qualified(*table)}")
    script.comment(f"STATISTICS {at}")
