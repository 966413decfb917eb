"""Aggregates: ordinary, ordered-set and hypothetical-set ones."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import routines
from ci_runner.dialects.postgres.kind import Found, Kind, Statements, World, any_of
from ci_runner.dialects.postgres.quote import literal, qualified
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.routines import Aggregate


def _support(column: str) -> str:
    """SQL: the qualified name of a support function, NULL where there is none."""
    return (
        "(SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f"
        " JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace"
        f" WHERE f.oid = a.{column})"
    )


_FUNCTIONS = {
    "SFUNC": "aggtransfn",
    "FINALFUNC": "aggfinalfn",
    "COMBINEFUNC": "aggcombinefn",
    "SERIALFUNC": "aggserialfn",
    "DESERIALFUNC": "aggdeserialfn",
    "MSFUNC": "aggmtransfn",
    "MINVFUNC": "aggminvtransfn",
    "MFINALFUNC": "aggmfinalfn",
}
# The letter of a final function that may change the state, and what it is without a word.
_MODIFIES = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
_USUALLY = {"n": "r", "o": "w", "h": "w"}
_PARALLEL = {"s": "SAFE", "r": "RESTRICTED", "u": "UNSAFE"}

_QUERY = f"""
SELECT p.oid, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
       coalesce(nullif(pg_catalog.pg_get_function_identity_arguments(p.oid), ''), '*'),
       coalesce(nullif(pg_catalog.pg_get_function_arguments(p.oid), ''), '*'),
       pg_catalog.pg_get_function_result(p.oid), a.aggkind::text,
       ARRAY[{", ".join(_support(column) for column in _FUNCTIONS.values())}],
       pg_catalog.format_type(a.aggtranstype, NULL), a.aggtransspace::int,
       CASE WHEN a.aggmtranstype <> 0 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END,
       a.aggmtransspace::int,
       a.aggfinalextra, a.aggmfinalextra, a.aggfinalmodify::text, a.aggmfinalmodify::text,
       a.agginitval, a.aggminitval,
       (SELECT pg_catalog.format('OPERATOR(%I.%s)', oprn.nspname, o.oprname)
        FROM pg_catalog.pg_operator o
        JOIN pg_catalog.pg_namespace oprn ON oprn.oid = o.oprnamespace WHERE o.oid = a.aggsortop),
       p.proparallel::text, pg_catalog.obj_description(p.oid, 'pg_proc')
FROM pg_catalog.pg_aggregate a
JOIN pg_catalog.pg_proc p ON p.oid = a.aggfnoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {routines.OWN_ROUTINE}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, name, types, signature, arguments, result, ordering, *rest, comment = row
        found = Aggregate(
            schema=text(schema),
            name=text(name),
            types=text(types),
            signature=text(signature),
            arguments=text(arguments),
            result=text(result),
            ordering=text(ordering),  # type: ignore[arg-type]  # the catalogue has no other letter
            options=tuple(_options(text(ordering), rest)),
            comment=optional(comment),
        )
        yield Found(found, (("pg_proc", integer(oid), 0),))


def _options(ordering: str, row: list[object]) -> Iterator[str]:
    """What CREATE AGGREGATE says inside its last parentheses, without what goes unsaid."""
    functions, state, space, moving_state, moving_space, *finals = row
    extra, moving_extra, modify, moving_modify, initial, moving_initial, operator, parallel = finals
    if not isinstance(functions, list):
        raise TypeError("expected an array from the catalogue")
    named = dict(zip(_FUNCTIONS, map(optional, functions), strict=True))
    yield f"SFUNC = {named.pop('SFUNC')}"
    yield f"STYPE = {text(state)}"
    if moving_state is not None:
        yield f"MSTYPE = {text(moving_state)}"
    yield from (f"{word} = {function}" for word, function in named.items() if function)
    for prefix, size, all_arguments, letter, value in (
        ("", space, extra, modify, initial),
        ("M", moving_space, moving_extra, moving_modify, moving_initial),
    ):
        if size:
            yield f"{prefix}SSPACE = {integer(size)}"
        if all_arguments:
            yield f"{prefix}FINALFUNC_EXTRA"
        if named[f"{prefix}FINALFUNC"] and letter != _USUALLY[ordering]:
            yield f"{prefix}FINALFUNC_MODIFY = {_MODIFIES[text(letter)]}"
        if value is not None:
            yield f"{prefix}INITCOND = {literal(text(value))}"
    if operator is not None:
        yield f"SORTOP = {text(operator)}"
    if parallel != "u":
        yield f"PARALLEL = {_PARALLEL[text(parallel)]}"
    if ordering == "h":
        yield "HYPOTHETICAL"


def _sql(each: Aggregate, verb: str) -> str:
    options = ",\n".join(f"  {option}" for option in each.options)
    return f"{verb} {qualified(each.schema, each.name)}({each.arguments}) (\n{options}\n)"


def _create(new: Aggregate) -> Statements:
    return (
        PlannedStatement(
            _sql(new, "CREATE AGGREGATE"),
            f"Create {new.identity}",
            new.identity,
            undo=routines.drop_sql(new),
        ),
        *routines.comment(None, new),
    )


def _drop(old: Aggregate) -> Statements:
    return routines.dropped(old, _create(old))


def _alter(old: Aggregate, new: Aggregate, world: World) -> Statements | None:
    """CREATE OR REPLACE, which keeps kind, result and arguments: sql-createaggregate."""
    if (old.arguments, old.result, old.ordering) != (new.arguments, new.result, new.ordering):
        return None
    comment = routines.comment(old.comment, new)
    if old.options == new.options:
        return comment
    verb = "CREATE OR REPLACE AGGREGATE"
    sql = (_sql(new, verb), _sql(old, verb))
    return (*routines.replaced(old, new, world, sql, _create(old)), *comment)


KIND = Kind(
    Aggregate,
    _read,
    _create,
    _drop,
    _alter,
    names=routines.names,
    in_the_way=lambda *_: True,
    present=any_of("pg_aggregate", "x.aggfnoid >= 16384"),
)
