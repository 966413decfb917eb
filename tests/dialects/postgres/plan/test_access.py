"""Grants, owners and default privileges: any of them can become any others."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import EVERYTHING, USUAL, Connection, PlanOptions, StatementFailed
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.access import CURRENT_USER, OWNER, PUBLIC, Grant, Owner
from tests.dialects.listening import Listening
from tests.dialects.postgres.laws import obeys
from tests.dialects.postgres.test_random_schemas import BOUNDED

ROLES = ("access_one", "access_two", '"access Three"')
_MISSING = "\n".join(
    f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    for role in ROLES
)
_PRIVILEGES = {
    "TABLE app.t": ("SELECT", "INSERT (a, b)", "UPDATE", "SELECT (a, b)", "ALL", "REFERENCES (b)"),
    "TABLE app.v": ("SELECT", "DELETE", "UPDATE (b)", "ALL"),
    "TABLE plain": ("SELECT", "INSERT", "TRUNCATE, TRIGGER", "SELECT (a)"),
    "SEQUENCE app.s": ("USAGE", "SELECT, UPDATE"),
    "SEQUENCE app.t_a_seq": ("USAGE",),
    "TYPE app.e": ("USAGE",),
    "SCHEMA app": ("USAGE", "CREATE"),
    "SCHEMA public": ("USAGE", "CREATE"),
}
_OWNED = ("TABLE app.t", "VIEW app.v", "TABLE plain", "SEQUENCE app.s", "TYPE app.e", "SCHEMA app")
_DEFAULTS = {
    "TABLES": ("SELECT", "INSERT, DELETE", "ALL"),
    "SEQUENCES": ("USAGE",),
    "TYPES": ("USAGE",),
    "FUNCTIONS": ("EXECUTE",),
}


def _base(type_: str, values: str, columns: str) -> str:
    return f"""{_MISSING}
        CREATE SCHEMA app;
        CREATE TABLE app.t (a integer GENERATED ALWAYS AS IDENTITY, b {type_}{columns});
        CREATE VIEW app.v AS SELECT a, b FROM app.t;
        CREATE VIEW app.w AS SELECT b FROM app.v;
        CREATE TABLE plain (a integer, b serial);
        CREATE SEQUENCE app.s;
        CREATE TYPE app.e AS ENUM ({values})"""


_BASES = st.builds(
    _base,
    st.sampled_from(["text", "varchar(9)"]),
    st.sampled_from(["'one'", "'one', 'two'"]),
    st.sampled_from(["", ", c integer"]),
)
_ROLE = st.sampled_from([*ROLES, "CURRENT_USER"])
_GRANTEE = st.sampled_from([*ROLES, "PUBLIC", "CURRENT_USER"])


@st.composite
def _statement(draw: st.DrawFn) -> str:
    match draw(st.sampled_from(["grant", "grant", "onward", "revoke", "owner", "default"])):
        case "owner":
            return f"ALTER {draw(st.sampled_from(_OWNED))} OWNER TO {draw(_ROLE)}"
        case "default":
            objects = draw(st.sampled_from(sorted(_DEFAULTS)))
            privileges = draw(st.sampled_from(_DEFAULTS[objects]))
            maker = draw(st.sampled_from(["", "", " FOR ROLE access_one"]))
            place = draw(st.sampled_from(["", " IN SCHEMA app"]))
            verb, to = draw(st.sampled_from([("GRANT", "TO"), ("REVOKE", "FROM")]))
            return (
                f"ALTER DEFAULT PRIVILEGES{maker}{place}"
                f" {verb} {privileges} ON {objects} {to} {draw(_GRANTEE)}"
            )
        case verb:
            thing = draw(st.sampled_from(sorted(_PRIVILEGES)))
            privileges = draw(st.sampled_from(_PRIVILEGES[thing]))
            grantee = draw(_GRANTEE)
            if verb == "revoke":
                return f"REVOKE {privileges} ON {thing} FROM {grantee} CASCADE"
            grants = f"GRANT {privileges} ON {thing} TO {grantee}"
            if verb == "onward":
                return f"SET ROLE {draw(st.sampled_from(ROLES))}; {grants}"
            options = ["", " WITH GRANT OPTION"] if grantee != "PUBLIC" else [""]
            return grants + draw(st.sampled_from(options))


_SOME = st.lists(_statement(), max_size=14)


def _run(connection: Connection, base: str, statements: Iterable[str]) -> None:
    """Who granted nothing may not grant onward: such a statement is refused, and left out."""
    connection.execute(base)
    for statement in statements:
        try:
            connection.execute(statement)
        except StatementFailed as refused:
            if refused.failure.code not in {"42501", "0LP01"}:
                raise
        connection.execute("RESET ROLE")


@BOUNDED
@given(old=st.tuples(_BASES, _SOME), new=st.tuples(_BASES, _SOME))
def test_any_access_rights_can_become_any_others(
    superuser_server: PostgresServer,
    old: tuple[str, list[str]],
    new: tuple[str, list[str]],
) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        _run(left, *old)
        _run(right, *new)

        obeys(superuser_server, left, right)


@BOUNDED
@given(state=st.tuples(_BASES, _SOME))
def test_any_access_rights_can_be_made_from_what_is_shown_of_them(
    superuser_server: PostgresServer, state: tuple[str, list[str]]
) -> None:
    with superuser_server.database() as left, superuser_server.database() as right:
        _run(left, *state)
        shown = DIALECT.inspect(left)
        for statement in DIALECT.create(shown):
            right.execute(statement.sql)

        assert shown.objects == DIALECT.inspect(right).objects


def planned(
    server: PostgresServer, old: str, new: str, options: PlanOptions = EVERYTHING
) -> list[str]:
    """The plan's statements, after they were seen to lead there."""
    with server.database() as left, server.database() as right:
        left.execute(f"{_MISSING} {old}")
        right.execute(f"{_MISSING} {new}")
        goal = DIALECT.inspect(right)
        statements = [each.sql for each in DIALECT.plan(DIALECT.inspect(left), goal, options)]
        for statement in statements:
            left.execute(statement)
        assert () == DIALECT.plan(DIALECT.inspect(left), goal, options)
    return statements


def test_one_statement_tells_what_a_role_is_given(superuser_server: PostgresServer) -> None:
    assert [
        "REVOKE DELETE, UPDATE (a) ON TABLE public.t FROM access_one",
        "GRANT SELECT, INSERT (a, b) ON TABLE public.t TO access_one",
    ] == planned(
        superuser_server,
        "CREATE TABLE t (a int, b int); GRANT DELETE, UPDATE (a) ON t TO access_one",
        "CREATE TABLE t (a int, b int); GRANT SELECT, INSERT (a, b) ON t TO access_one",
    )


def test_a_list_that_says_what_the_server_does_by_itself_is_no_difference(
    superuser_server: PostgresServer,
) -> None:
    old = "CREATE TABLE t (a int); CREATE TYPE e AS ENUM ('a')"

    assert [] == planned(
        superuser_server,
        old,
        f"""{old}; GRANT SELECT ON t TO access_one; REVOKE SELECT ON t FROM access_one;
            REVOKE USAGE ON TYPE e FROM PUBLIC; GRANT USAGE ON TYPE e TO PUBLIC""",
    )


def test_owners_are_left_alone_unless_asked_for(superuser_server: PostgresServer) -> None:
    new = "CREATE TABLE t (a int); ALTER TABLE t OWNER TO access_one"

    assert [] == planned(superuser_server, "CREATE TABLE t (a int)", new, USUAL)
    assert ["ALTER TABLE public.t OWNER TO access_one"] == planned(
        superuser_server, "CREATE TABLE t (a int)", new
    )


def test_what_owners_may_do_is_not_compared_where_owners_are_not(
    superuser_server: PostgresServer,
) -> None:
    old = """CREATE TABLE t (a int); GRANT SELECT ON t TO access_one;
        GRANT INSERT ON t TO access_two"""
    new = """CREATE TABLE t (a int); ALTER TABLE t OWNER TO access_one;
        GRANT SELECT ON t TO CURRENT_USER, access_two"""

    assert [
        "REVOKE INSERT ON TABLE public.t FROM access_two",
        "GRANT SELECT ON TABLE public.t TO access_two",
    ] == planned(superuser_server, old, new, USUAL)


@pytest.mark.parametrize("left", [{"owner"}, {"owner", "grant"}, {"grant", "default privileges"}])
def test_a_view_that_is_made_again_gets_back_what_is_not_compared(
    superuser_server: PostgresServer, left: set[str]
) -> None:
    old = """CREATE TABLE t (a varchar(9), b int); CREATE VIEW v AS SELECT a, b FROM t;
        ALTER VIEW v OWNER TO access_one; GRANT SELECT ON v TO access_two;
        GRANT UPDATE (a), SELECT (b) ON v TO "access Three"; GRANT SELECT ON t TO access_one"""
    new = """CREATE TABLE t (a text); CREATE VIEW v AS SELECT a FROM t;
        GRANT SELECT ON t TO access_one"""
    if "grant" not in left:
        new += '; GRANT SELECT ON v TO access_two; GRANT UPDATE (a) ON v TO "access Three"'
    if "owner" not in left:
        new += "; ALTER VIEW v OWNER TO access_one"
    with superuser_server.database() as one, superuser_server.database() as other:
        one.execute(f"{_MISSING} {old}")
        other.execute(f"{_MISSING} {new}")
        options = PlanOptions(leave=frozenset(left))
        for statement in DIALECT.plan(DIALECT.inspect(one), DIALECT.inspect(other), options):
            one.execute(statement.sql)
        after = DIALECT.inspect(one)

    on_view = [each for each in after.of_type(Grant) if each.on.name == "v"]
    assert ['"access Three"', "access_two"] == sorted(each.grantee for each in on_view)
    assert ["access_one"] == [each.role for each in after.of_type(Owner)]


def test_what_is_new_keeps_what_default_privileges_give_where_grants_are_left_out(
    superuser_server: PostgresServer,
) -> None:
    default = "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO access_one"

    assert ["CREATE TABLE public.t (\n  a integer\n)"] == planned(
        superuser_server,
        default,
        f"CREATE TABLE t (a int); {default}",
        PlanOptions(leave=frozenset({"grant", "owner"})),
    )


def test_default_privileges_of_others_do_not_concern_what_a_plan_makes(
    superuser_server: PostgresServer,
) -> None:
    default = "ALTER DEFAULT PRIVILEGES FOR ROLE access_one GRANT SELECT ON TABLES TO access_two"

    assert ["CREATE TABLE public.t (\n  a integer\n)"] == planned(
        superuser_server, default, f"CREATE TABLE t (a int); {default}"
    )


def test_grants_go_with_what_they_are_on(superuser_server: PostgresServer) -> None:
    assert ["DROP TABLE public.t"] == planned(
        superuser_server,
        """CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY); GRANT SELECT (a) ON t TO PUBLIC;
           GRANT USAGE ON SEQUENCE t_a_seq TO access_one""",
        "",
    )


def test_roles_that_have_other_names_elsewhere_are_not_named(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as connection:
        connection.execute(
            f"""{_MISSING} CREATE TABLE t (a int); REVOKE INSERT ON t FROM CURRENT_USER;
                CREATE TABLE u (a int); ALTER TABLE u OWNER TO access_one;
                GRANT SELECT ON u TO CURRENT_USER, PUBLIC"""
        )
        schema = DIALECT.inspect(connection)

    grants = [each for each in schema.of_type(Grant) if each.on.kind == "table"]
    assert {("t", OWNER), ("u", CURRENT_USER), ("u", PUBLIC)} == {
        (each.on.name, each.grantee) for each in grants
    }


def test_access_rights_of_many_objects_take_no_more_queries(
    superuser_server: PostgresServer,
) -> None:
    def asked(tables: int) -> int:
        with superuser_server.database() as connection:
            connection.execute(_MISSING)
            for number in range(tables):
                connection.execute(
                    f"""CREATE TABLE t{number} (a int); GRANT SELECT (a) ON t{number} TO PUBLIC;
                        ALTER TABLE t{number} OWNER TO access_one"""
                )
            listening = Listening(connection)
            DIALECT.inspect(listening)
            return listening.asked

    assert asked(1) == asked(20)
