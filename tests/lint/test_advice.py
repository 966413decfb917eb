"""Advice on what is new: where several statements or the schema around them decide."""

from __future__ import annotations

import pytest

from ci_runner.lint.rule import Severity
from tests.lint.conftest import Lint

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, name text);"
SECURED = """
CREATE TABLE orders (id bigint PRIMARY KEY, tenant bigint);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON orders USING (tenant = 1);
"""


def of(rule: str, lint: Lint, *changes: str, **options: object) -> list[tuple[int, str, str]]:
    """(line, severity, message) of one rule's findings."""
    found = lint(*changes, advice=True, **options)  # type: ignore[arg-type]
    return [(e.line, e.severity.value, e.message) for e in found if e.rule == rule]


def test_types_that_are_bad_for_every_team_are_told_with_their_reason(lint: Lint) -> None:
    sql = "CREATE TABLE t (id bigint PRIMARY KEY, a money, b json, c json, d text);"

    assert [
        (1, "note", "a money of t: the server's lc_monetary decides what it means: use numeric"),
        (1, "note", "b json and c json of t: no equality and no index: use jsonb"),
    ] == of("bad-types", lint, sql)


def test_a_type_may_be_allowed(lint: Lint) -> None:
    options = {"bad-types": {"allowed": ["json"]}}

    assert [] == of(
        "bad-types", lint, "ALTER TABLE users ADD a json;", setup=USERS, options=options
    )


def test_a_rebuild_on_sqlite_is_no_new_table(lint: Lint) -> None:
    setup = 'CREATE TABLE users (id integer, "order" text);'
    rebuild = """CREATE TABLE new_users (id integer, "order" text, "group" text);
INSERT INTO new_users (id, "order") SELECT id, "order" FROM users;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users;
"""

    assert [(1, "note", "column group is called by a word of SQL")] == of(
        "reserved-word", lint, rebuild, setup=setup, engine="sqlite"
    )
    assert [] == of("require-pk", lint, rebuild, setup=setup, engine="sqlite")


def test_what_a_do_block_makes_is_judged_as_well(lint: Lint) -> None:
    sql = "DO $$ BEGIN CREATE TABLE t (a char(3)); END $$;"

    assert [(1, "note")] == [each[:2] for each in of("ban-char", lint, sql)]
    assert [(1, "note")] == [each[:2] for each in of("require-pk", lint, sql)]


def test_what_was_not_run_is_judged_by_its_text(lint: Lint) -> None:
    sql = "ALTER TABLE absent ADD a char(3);\nCREATE TABLE t (id serial);"

    assert [1] == [each[0] for each in of("ban-char", lint, sql, setup=None)]
    assert [2] == [each[0] for each in of("prefer-identity", lint, sql, setup=None)]


@pytest.mark.parametrize(
    ("sql", "severity"),
    [
        ("CREATE POLICY yours ON orders USING (tenant = 2);", "note"),
        ("CREATE POLICY all_rows ON orders USING (true) WITH CHECK (true);", "warning"),
        ("ALTER TABLE orders DISABLE ROW LEVEL SECURITY;", "warning"),
        ("CREATE TABLE items (id bigint PRIMARY KEY);", "warning"),
        ("DROP POLICY mine ON orders;", "note"),
        (
            "CREATE TABLE items (id bigint);\nCREATE POLICY p ON items USING (id = 1);",
            "warning",
        ),
    ],
)
def test_row_level_security_is_followed(sql: str, severity: str, lint: Lint) -> None:
    found = of("rls", lint, sql, setup=SECURED)

    assert severity in [each[1] for each in found]


def test_a_policy_that_is_made_again_is_not_lost(lint: Lint) -> None:
    sql = "DROP POLICY mine ON orders;\nCREATE POLICY mine ON orders USING (tenant = 3);"

    assert [2] == [each[0] for each in of("rls", lint, sql, setup=SECURED)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SET lock_timeout = '10min';\nALTER TABLE users ADD a text;", "600 s"),
        ("ALTER TABLE users ADD a text;\nSET lock_timeout = '2s';", "comes after"),
    ],
)
def test_a_limit_that_limits_nothing_is_told(sql: str, words: str, lint: Lint) -> None:
    ((_, _, message),) = of("lock-timeout-bad", lint, sql, setup=USERS)

    assert words in message


def test_a_limit_is_asked_for_once_in_each_file(lint: Lint) -> None:
    one = "ALTER TABLE users ADD a text;\nALTER TABLE users ADD b text;"
    two = "ALTER TABLE users ADD c text;"

    assert [1, 1] == [each[0] for each in of("lock-timeout-missing", lint, one, two, setup=USERS)]


def test_in_a_project_who_sets_one_limit_wants_the_others(lint: Lint) -> None:
    unlimited = "ALTER TABLE users ADD a text;"
    advised = f"SET lock_timeout = '2s';\n{unlimited}"
    limited = f"SET idle_in_transaction_session_timeout = '9s';\n{unlimited}"

    assert [] == of("statement-timeout-missing", lint, unlimited, setup=USERS)
    assert [] == of("statement-timeout-missing", lint, advised, setup=USERS)
    assert [2] == [each[0] for each in of("statement-timeout-missing", lint, limited, setup=USERS)]
    assert [1] == [each[0] for each in of("statement-timeout-missing", lint, unlimited, setup=None)]


def test_a_local_limit_ends_with_its_transaction(lint: Lint) -> None:
    sql = "BEGIN;\nSET LOCAL lock_timeout = 99;\nCOMMIT;\nALTER TABLE users ADD a text;"

    assert [4] == [each[0] for each in of("lock-timeout-missing", lint, sql, setup=USERS)]


def test_who_is_granted_to_decides_how_bad_it_is(lint: Lint) -> None:
    sql = "GRANT SELECT ON users TO CURRENT_USER;\nGRANT SELECT ON users TO PUBLIC;"

    assert [(1, "note"), (2, "warning")] == [
        each[:2] for each in of("grants", lint, sql, setup=USERS)
    ]


def test_a_configured_severity_goes_before_that_of_a_finding(lint: Lint) -> None:
    sql = "GRANT SELECT ON users TO PUBLIC;"

    ((_, severity, _),) = of(
        "grants", lint, sql, setup=USERS, severities={"grants": Severity.ERROR}
    )

    assert "error" == severity


def test_an_extension_that_reaches_out_is_warned_of(lint: Lint) -> None:
    sql = "CREATE EXTENSION absent_one;\nCREATE EXTENSION dblink;"

    assert [(1, "note"), (2, "warning")] == [
        each[:2] for each in of("extension", lint, sql, setup=None)
    ]


def test_a_pattern_of_the_team_holds_for_new_names_only(lint: Lint) -> None:
    options = {"naming": {"column": "[a-z]+_[a-z]+", "index": "idx_{table}_{columns}"}}
    sql = "ALTER TABLE users ADD email text;\nCREATE INDEX idx_users_name ON users (name);"

    assert [(1, "note", "column email does not match [a-z]+_[a-z]+")] == of(
        "naming", lint, sql, setup=USERS, options=options
    )


@pytest.mark.parametrize(
    ("engine", "names"), [("postgres", ["userName", "pg_x", "p", "a$b"]), ("sqlite", ["p", "a$b"])]
)
def test_names_that_are_odd_are_told_by_engine(engine: str, names: list[str], lint: Lint) -> None:
    sql = 'CREATE TABLE t1 (id bigint PRIMARY KEY, "userName" text, pg_x text, p text, "a$b" text);'

    found = of("naming", lint, sql, engine=engine)

    assert names == [message.split()[1] for _, _, message in found]


def test_an_index_that_an_old_one_covers_is_needless(lint: Lint) -> None:
    setup = f"{USERS} CREATE INDEX zz ON users (name, id);"
    sql = "CREATE INDEX aa ON users (name);\nCREATE INDEX bb ON users (id);"

    assert [(1, "users: zz begins with them; aa is needless"), (2, "users: users_pkey has")] == [
        (line, message[: len("users: users_pkey has")] if line == 2 else message)
        for line, _, message in of("duplicate-index", lint, sql, setup=setup)
    ]


ORPHANS = (
    "First, for 0: SELECT count(*) FROM orders AS c WHERE c.user_id IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM public.users AS p WHERE p.id = c.user_id);"
)
WRITTEN = {
    "ALTER TABLE orders ADD FOREIGN KEY (user_id) REFERENCES users (id);": {
        "add-fk-check-data": ORPHANS.replace("public.", ""),
        "fk-no-index": "CREATE INDEX CONCURRENTLY ON orders (user_id);",
    },
    "ALTER TABLE public.orders ADD FOREIGN KEY (user_id) REFERENCES users (id);": {
        "add-fk-check-data": ORPHANS.replace("FROM orders", "FROM public.orders"),
        "fk-no-index": "CREATE INDEX CONCURRENTLY ON public.orders (user_id);",
    },
    'CREATE TABLE notes (id bigint PRIMARY KEY, "userId" bigint REFERENCES users (id));': {
        "fk-no-index": 'CREATE INDEX ON notes ("userId");',
    },
    "ALTER TABLE orders ALTER user_id SET NOT NULL;": {
        "set-not-null-data": (
            "Fill the rows first. None may be left:"
            " SELECT count(*) FROM orders WHERE user_id IS NULL;"
        ),
    },
    'ALTER TABLE orders ALTER "userId" SET NOT NULL;': {
        "set-not-null-data": "Fill the rows first, and count those that are NULL.",
    },
    "ALTER TABLE orders ALTER state TYPE varchar(40);": {
        "change-column-type-compat": (
            "Release readers that have room for the longer values first."
        ),
    },
}


@pytest.mark.parametrize("sql", WRITTEN)
def test_what_to_do_is_sql_for_these_very_names(sql: str, lint: Lint) -> None:
    setup = (
        "CREATE TABLE users (id bigint PRIMARY KEY);"
        'CREATE TABLE orders (user_id bigint, "userId" bigint, state varchar(20));'
    )

    said = {each.rule: each.instead for each in lint(sql, setup=setup, advice=True)}

    assert WRITTEN[sql] == {rule: said[rule] for rule in WRITTEN[sql]}
