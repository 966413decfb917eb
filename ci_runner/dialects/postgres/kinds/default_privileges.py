"""Default privileges: what the objects that a role will make give to others."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, Kind, Statements, World, any_of
from ci_runner.dialects.postgres.kinds.grant import grantee_of, role, words
from ci_runner.dialects.postgres.plan.rights import path, rights
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, text, texts
from ci_runner.schema.access import CURRENT_USER, OWNER, DefaultPrivileges, Rights

# What the server gives by itself is of interest for roles that the list does not name, too.
_QUERY = f"""
SELECT d.oid, pg_catalog.pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''),
       CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
            WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
            WHEN 'L' THEN 'LARGE OBJECTS' END,
       CASE WHEN x.grantee <> 0 THEN pg_catalog.pg_get_userbyid(x.grantee) END,
       pg_catalog.pg_get_userbyid(b.datdba), {words("acl")}, {words("usual")}
FROM pg_catalog.pg_default_acl d
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
JOIN pg_catalog.pg_database b ON b.datname = pg_catalog.current_database()
CROSS JOIN LATERAL (
    SELECT 'acl' AS source, a.* FROM pg_catalog.aclexplode(d.defaclacl) a
    UNION ALL SELECT 'usual', a.* FROM pg_catalog.aclexplode(pg_catalog.acldefault(
        CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)) a) x
WHERE d.defaclnamespace = 0 OR {USER_SCHEMA}
GROUP BY d.oid, d.defaclrole, n.nspname, d.defaclobjtype, x.grantee, b.datdba
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, maker, schema, objects, grantee, neutral, held, usual in connection.query(_QUERY):
        to = grantee_of(grantee, text(maker), text(neutral))
        each = DefaultPrivileges(
            role(text(maker), text(neutral)),
            text(schema),
            text(objects),
            to,
            rights(texts(held)),
            rights(texts(usual)),
        )
        if each.rights != each.base:
            yield Found(each, ((f"pg_default_acl to {to}", integer(oid), 0),))


def _way(before: Rights, each: DefaultPrivileges, after: Rights) -> Statements:
    maker = "" if each.role == CURRENT_USER else f" FOR ROLE {each.role}"
    place = f" IN SCHEMA {quote(each.schema)}" if each.schema else ""
    to = each.role if each.grantee == OWNER else each.grantee
    on = f"ON {each.objects}"

    def sql(statement: str) -> str:
        return f"ALTER DEFAULT PRIVILEGES{maker}{place} {statement}"

    found = []
    start = before
    for step in path(before, after):
        verb = "Grant" if step.verb == "GRANT" else "Do not grant"
        option = " the right to grant" if "OPTION" in step.verb else ""
        where = f" in schema {each.schema}" if each.schema else ""
        back = tuple(sql(one.sql(on, to)) for one in path(step.after, start))
        found.append(
            PlannedStatement(
                sql(step.sql(on, to)),
                f"{verb}{option} {step.rights} on {each.objects.lower()} to come{where} to {to}",
                each.identity,
                undo=";\n".join(back),
            )
        )
        start = step.after
    return tuple(found)


def _create(new: DefaultPrivileges) -> Statements:
    return _way(new.base, new, new.rights)


def _drop(old: DefaultPrivileges) -> Statements:
    return _way(old.rights, old, old.base)


def _alter(old: DefaultPrivileges, new: DefaultPrivileges, _: World) -> Statements:
    return _way(old.rights, new, new.rights)


KIND = Kind(
    DefaultPrivileges,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_default_acl"),
)
