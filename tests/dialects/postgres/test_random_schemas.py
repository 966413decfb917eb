"""The laws hold between any two schemas of the managed kinds."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, given, settings

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlanOptions
from ci_runner.dialects.postgres import DIALECT
from tests.dialects.postgres.features import edits
from tests.dialects.postgres.laws import obeys
from tests.dialects.postgres.schemas import scripts

# The same few in every run; SCHEMA_CI_EXAMPLES asks for that many others.
EXAMPLES = int(os.environ.get("SCHEMA_CI_EXAMPLES", "0"))
BOUNDED = settings(
    max_examples=EXAMPLES or 12,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    # Half a second an example: shrinking one would take minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@BOUNDED
@given(old=scripts(), new=scripts())
def test_any_schema_can_become_any_other(
    postgres_server: PostgresServer, old: str, new: str
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(old)
        right.execute(new)

        obeys(postgres_server, left, right)


@BOUNDED
@given(old=scripts(), new=scripts())
def test_any_schema_can_become_any_other_online(
    postgres_server: PostgresServer, old: str, new: str
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(old)
        right.execute(new)

        obeys(
            postgres_server, left, right, PlanOptions(online=True, leave=frozenset()), in_files=True
        )


@BOUNDED
@given(text=scripts())
def test_any_schema_can_be_made_from_what_is_shown_of_it(
    postgres_server: PostgresServer, text: str
) -> None:
    with postgres_server.database() as left, postgres_server.database() as right:
        left.execute(text)
        shown = DIALECT.inspect(left)
        for statement in DIALECT.create(shown):
            right.execute(statement.sql)

        assert shown.objects == DIALECT.inspect(right).objects


@BOUNDED
@given(pair=edits())
def test_a_schema_of_every_kind_survives_an_edit(
    superuser_server: PostgresServer, pair: tuple[str, str]
) -> None:
    old, new = pair
    with superuser_server.database() as left, superuser_server.database() as right:
        left.execute(old)
        right.execute(new)

        obeys(superuser_server, left, right)
