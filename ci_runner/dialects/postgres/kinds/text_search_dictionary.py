"""Text search dictionaries: options change in place, the template does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

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
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.search import TextSearchDictionary

_QUERY = f"""
SELECT o.oid, n.nspname, o.dictname, quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname),
       o.dictinitoption, pg_catalog.obj_description(o.oid, 'pg_ts_dict')
FROM pg_catalog.pg_ts_dict o
JOIN pg_catalog.pg_namespace n ON n.oid = o.dictnamespace
JOIN pg_catalog.pg_ts_template t ON t.oid = o.dicttemplate
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.tmplnamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_ts_dict", "o.oid")}
"""
# As serialize_deflist writes them.
_OPTION = re.compile(r"""("(?:[^"]|"")*"|\w+) = (E?'(?:[^']|'')*'|[^,']+)(?:, |$)""")


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, template, options, comment in connection.query(_QUERY):
        yield Found(
            TextSearchDictionary(
                text(schema), text(name), text(template), optional(options), optional(comment)
            ),
            (("pg_ts_dict", integer(oid), 0),),
        )


def _body(each: TextSearchDictionary) -> str:
    options = f",\n  {each.options}" if each.options else ""
    return f"(\n  template = {each.template}{options}\n)"


_PLAIN: Plain[TextSearchDictionary] = Plain("TEXT SEARCH DICTIONARY", _body)


def _options(each: TextSearchDictionary) -> dict[str, str]:
    return dict(_OPTION.findall(each.options or ""))


def _change(old: TextSearchDictionary, new: TextSearchDictionary) -> str | None:
    """ALTER's list: options that change go to the end; None where that is another order."""
    before, after = _options(old), _options(new)
    changed = {word: value for word, value in after.items() if before.get(word) != value}
    kept = {word: value for word, value in before.items() if after.get(word) == value}
    if ", ".join(f"{word} = {value}" for word, value in {**kept, **changed}.items()) != (
        new.options or ""
    ):
        return None
    parts = [f"{word} = {value}" for word, value in changed.items()]
    parts += [word for word in before if word not in after]
    return f"ALTER TEXT SEARCH DICTIONARY {own_name(new)} ({', '.join(parts)})"


def _alter(old: TextSearchDictionary, new: TextSearchDictionary, _: World) -> Statements | None:
    if replace(old, comment=new.comment) == new:
        return _PLAIN.comment(old, new)
    change, undo = _change(old, new), _change(new, old)
    if old.template != new.template or change is None:
        return None
    altered = PlannedStatement(
        change, f"Change the options of {new.identity}", new.identity, undo=undo
    )
    return (altered, *_PLAIN.comment(old, new))


KIND = Kind(
    TextSearchDictionary,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _alter,
    names=_PLAIN.names,
    present=any_of("pg_ts_dict"),
)
