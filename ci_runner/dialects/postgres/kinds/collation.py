"""Collations: there is no ALTER, so that columns move to one that is made anew."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain, listed
from ci_runner.dialects.postgres.quote import literal
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.operators import Collation

# Where the locale stands changed with versions 15 and 17; those of other encodings are not ours.
_QUERY = f"""
SELECT o.oid, n.nspname, o.collname, o.collprovider::text, o.collisdeterministic,
       coalesce(to_json(o) ->> 'colllocale', to_json(o) ->> 'colliculocale',
                CASE WHEN o.collcollate = o.collctype THEN o.collcollate END),
       o.collcollate, o.collctype, to_json(o) ->> 'collicurules',
       pg_catalog.obj_description(o.oid, 'pg_collation')
FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace n ON n.oid = o.collnamespace
WHERE o.collencoding IN (-1, (SELECT d.encoding FROM pg_catalog.pg_database d
                              WHERE d.datname = pg_catalog.current_database()))
  AND {USER_SCHEMA} AND {not_extension_member("pg_collation", "o.oid")}
"""
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, provider, deterministic, *rest, comment in connection.query(_QUERY):
        locale, collate, ctype, rules = map(optional, rest)
        options = [("provider", _PROVIDERS[text(provider)])]
        if locale is not None:
            options.append(("locale", literal(locale)))
        elif collate is not None and ctype is not None:
            options += [("lc_collate", literal(collate)), ("lc_ctype", literal(ctype))]
        if rules is not None:
            options.append(("rules", literal(rules)))
        if not deterministic:
            options.append(("deterministic", "false"))
        yield Found(
            Collation(text(schema), text(name), tuple(options), optional(comment)),
            (("pg_collation", integer(oid), 0),),
        )


def _body(each: Collation) -> str:
    return listed(each.options)


_PLAIN: Plain[Collation] = Plain("COLLATION", _body)
KIND = Kind(
    Collation,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    keeps="aside",
    names=_PLAIN.names,
    present=any_of("pg_collation"),
)
