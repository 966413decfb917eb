"""One table, fifty views in five layers on it, two materialized views: the everyday case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.plan import make_plan, sql, undo_sql
from tests.dialects.postgres.dump import Entry
from tests.dialects.postgres.laws import run, seen

LAYERS, IN_A_LAYER = 5, 10
READER = "chain_reader"
_ROLE = f"DO $$ BEGIN CREATE ROLE {READER}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
# What nothing below changes, beside and below what changes.
_BYSTANDERS = """
CREATE TABLE far (id integer PRIMARY KEY);
CREATE VIEW of_far AS SELECT id FROM far;
CREATE MATERIALIZED VIEW far_kept AS SELECT id FROM of_far;
CREATE INDEX far_kept_id ON far_kept (id);
CREATE VIEW of_name AS SELECT name FROM base;
CREATE INDEX base_name ON base (name)
"""


def _sources() -> Iterator[tuple[str, tuple[str, str]]]:
    """Each view of the five layers with the two that it reads."""
    above = ["entry"]
    for layer in range(LAYERS):
        names = [f"layer_{layer}_{place}" for place in range(IN_A_LAYER)]
        for place, name in enumerate(names):
            yield name, (above[place % len(above)], above[(place + 3) % len(above)])
        above = names


SOURCES = dict(_sources())


@dataclass(frozen=True)
class Chain:
    """A script for `base`, the view `entry` on it and fifty views, each on two of the layer above.

    `kind` is the type of the column that all show, `entry` the select list of the first view.
    """

    kind: str = "integer"
    entry: str = "id, amount, name"

    def script(self) -> str:
        return ";\n".join(
            (_ROLE, f"CREATE TABLE base (id integer, amount {self.kind}, name text)",
             f"CREATE VIEW entry AS SELECT {self.entry} FROM base",
             *_adorned("entry"), *self._layers(), *_kept(), _BYSTANDERS)
        )  # fmt: skip

    def _layers(self) -> Iterator[str]:
        for name, (left, right) in SOURCES.items():
            yield (
                f"CREATE VIEW {name} AS SELECT l.id, l.amount, r.name AS name"
                f" FROM {left} l JOIN {right} r ON l.id = r.id"
            )
            yield from _adorned(name)


def _adorned(view: str) -> Iterator[str]:
    yield f"GRANT SELECT ON {view} TO {READER}"
    yield f"GRANT UPDATE (amount) ON {view} TO {READER} WITH GRANT OPTION"
    yield f"COMMENT ON VIEW {view} IS 'why {view}'"
    yield f"COMMENT ON COLUMN {view}.amount IS 'in {view}'"


def _kept() -> Iterator[str]:
    """One at the bottom, one in the middle with a view of its own on it."""
    for name, source in (("kept_low", "layer_4_7"), ("kept_high", "layer_1_2")):
        yield f"CREATE MATERIALIZED VIEW {name} AS SELECT id, amount FROM {source}"
        yield f"CREATE UNIQUE INDEX {name}_id ON {name} (id)"
        yield f"CREATE INDEX {name}_amount ON {name} (amount DESC) WHERE amount > 5"
        yield f"GRANT SELECT ON {name} TO {READER}"
        yield f"COMMENT ON MATERIALIZED VIEW {name} IS 'kept'"
        yield f"COMMENT ON COLUMN {name}.amount IS 'how much'"
        yield f"COMMENT ON INDEX {name}_id IS 'to refresh'"
    yield "CREATE VIEW on_kept AS SELECT sum(amount) AS total FROM kept_high"


VIEWS = {"entry", "on_kept", *SOURCES}
KEPT = {"kept_low", "kept_high"}
INDEXES = {f"{name}_{end}" for name in KEPT for end in ("id", "amount")}


def run_plan(
    server: PostgresServer, old: Chain, new: Chain
) -> tuple[tuple[PlannedStatement, ...], dict[Entry, str], dict[Entry, str]]:
    """The plan, which leaves no other and can be undone, and both dumps: reached and desired."""
    with server.database() as left, server.database() as right:
        left.execute(old.script())
        right.execute(new.script())
        desired, start = DIALECT.inspect(right), seen(server, left)
        plan = make_plan(DIALECT, DIALECT.inspect(left), desired)
        run(left, sql(plan))
        assert () == make_plan(DIALECT, DIALECT.inspect(left), desired).statements
        reached = seen(server, left)
        run(left, undo_sql(plan))
        assert start == seen(server, left)
        return plan.statements, reached, seen(server, right)


def positions(statements: tuple[PlannedStatement, ...], verb: str) -> dict[str, int]:
    """Where each object stands that a statement drops or creates."""
    return {
        each.object.name: place
        for place, each in enumerate(statements)
        if each.sql.startswith(f"{verb} ")
    }


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        pytest.param(Chain(kind="bigint"), {"base.amount"}, id="type of the base column"),
        pytest.param(Chain(entry="name, id, amount"), set(), id="column list of the first view"),
    ],
)
def test_fifty_views_in_five_layers_come_back_as_they_were(
    superuser_server: PostgresServer, new: Chain, changed: set[str]
) -> None:
    statements, reached, desired = run_plan(superuser_server, Chain(), new)

    assert desired == reached
    drops, creates = positions(statements, "DROP"), positions(statements, "CREATE")
    assert VIEWS | KEPT == set(drops)
    assert VIEWS | KEPT | INDEXES == set(creates)
    others = [each for each in statements if each.object.name not in creates]
    assert changed == {
        f"{each.object.parent}.{each.object.name}"
        for each in others
        if not each.sql.startswith("GRANT ")
    }
    for view, sources in SOURCES.items():
        assert all(drops[view] < drops[source] for source in sources)
        assert all(creates[source] < creates[view] for source in sources)
