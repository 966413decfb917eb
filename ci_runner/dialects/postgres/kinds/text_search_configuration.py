"""Text search configurations: mappings change in place, the parser does not."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    not_extension_member,
)
from ci_runner.dialects.postgres.plain import Plain, own_name
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.search import TextSearchConfiguration

_MAPPINGS = """
FROM pg_catalog.pg_ts_config_map m
JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict
JOIN pg_catalog.pg_namespace dn ON dn.oid = d.dictnamespace
JOIN LATERAL pg_catalog.ts_token_type(o.cfgparser) k ON k.tokid = m.maptokentype
WHERE m.mapcfg = o.oid GROUP BY k.tokid, k.alias ORDER BY k.tokid
"""
_QUERY = f"""
SELECT o.oid, n.nspname, o.cfgname, quote_ident(pn.nspname) || '.' || quote_ident(p.prsname),
       ARRAY(SELECT k.alias {_MAPPINGS}),
       ARRAY(SELECT pg_catalog.string_agg(quote_ident(dn.nspname) || '.' || quote_ident(d.dictname),
                                          ', ' ORDER BY m.mapseqno) {_MAPPINGS}),
       pg_catalog.obj_description(o.oid, 'pg_ts_config')
FROM pg_catalog.pg_ts_config o
JOIN pg_catalog.pg_namespace n ON n.oid = o.cfgnamespace
JOIN pg_catalog.pg_ts_parser p ON p.oid = o.cfgparser
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.prsnamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_ts_config", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, parser, tokens, dictionaries, comment in connection.query(_QUERY):
        yield Found(
            TextSearchConfiguration(
                schema=text(schema),
                name=text(name),
                parser=text(parser),
                mappings=tuple(zip(texts(tokens), texts(dictionaries), strict=True)),
                comment=optional(comment),
            ),
            (("pg_ts_config", integer(oid), 0),),
        )


_PLAIN: Plain[TextSearchConfiguration] = Plain(
    "TEXT SEARCH CONFIGURATION", lambda each: f"(parser = {each.parser})"
)


def _create(new: TextSearchConfiguration) -> Statements:
    created, *comments = _PLAIN.create(new)
    return (created, *_mapped({}, dict(new.mappings), new), *comments)


def _drop(old: TextSearchConfiguration) -> Statements:
    return _PLAIN.drop(old, _create(old))


def _alter(
    old: TextSearchConfiguration, new: TextSearchConfiguration, _: World
) -> Statements | None:
    if old.parser != new.parser:
        return None
    return (*_mapped(dict(old.mappings), dict(new.mappings), new), *_PLAIN.comment(old, new))


def _mapped(
    before: dict[str, str], after: dict[str, str], each: TextSearchConfiguration
) -> Iterator[PlannedStatement]:
    for token in sorted(before.keys() | after.keys()):
        was, now = before.get(token), after.get(token)
        if was != now:
            yield PlannedStatement(
                _mapping(each, token, was, now),
                f"Map {token} in {each.identity}",
                each.identity,
                undo=_mapping(each, token, now, was),
                hazards=("what was indexed before is not indexed again",) if before else (),
            )


def _mapping(each: TextSearchConfiguration, token: str, was: str | None, now: str | None) -> str:
    at, name = f"ALTER TEXT SEARCH CONFIGURATION {own_name(each)}", quote(token)
    if now is None:
        return f"{at} DROP MAPPING FOR {name}"
    return f"{at} {'ADD' if was is None else 'ALTER'} MAPPING FOR {name} WITH {now}"


KIND = Kind(
    TextSearchConfiguration,
    _read,
    _create,
    _drop,
    _alter,
    names=_PLAIN.names,
    present=any_of("pg_ts_config"),
)
