"""Every rule that offers a safe form: what `lint --fix` makes of its own bad example."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.devdb.server import Server
from ci_runner.lint.manual import example
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.lint.suggest import SUGGESTIONS
from ci_runner.migrations.reader import read_files
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.review import Reviewed, review
from ci_runner.schema.diff import diff

FIXED = [rule for rule in RULES if rule.id in SUGGESTIONS]
DOCS = Path(__file__).parents[2] / "docs" / "lint.md"
NAME = "2_change.sql"
# Where the example begins its own transaction, which is not ours to take away. Atlas, too, runs it
# in one: our own way of plain files sees that it wants none.
OWN = {
    "concurrently-in-transaction": (
        "CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);"
    )
}
# The file is run in another way, and no statement of it is another one.
WHOLE = {"validate-same-tx"}
Fix = Callable[[Rule, bytes], Reviewed]


@pytest.fixture
def reviewed(request: pytest.FixtureRequest, tmp_path: Path) -> Fix:
    def run(rule: Rule, content: bytes) -> Reviewed:
        engine = rule.dialects[0]
        server: Server = request.getfixturevalue(f"{engine}_server")
        merged = {"1_setup.sql": example(rule, "setup", engine).encode()}
        style = "atlas" if rule.id in OWN else "plain"
        base = read_files("m", style, merged)
        head = read_files("m", style, {**merged, NAME: content})
        change = Change("shop", base, head, (), datetime(2026, 1, 1, tzinfo=UTC))
        asked = {rule.id: Severity.WARNING} if rule.severity is Severity.OFF else {}
        return review(server, tmp_path, change, Policy(asked))

    return run


def test_every_rule_with_a_safe_form_exists_and_is_listed() -> None:
    told = DOCS.read_text(encoding="utf-8").partition("## Safe forms")[2].partition("\n### ")[0]
    rows = [line for line in told.splitlines() if line.startswith("| `")]

    assert SUGGESTIONS.keys() == {rule.id for rule in FIXED}
    assert SUGGESTIONS.keys() == {
        name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])
    }


@pytest.mark.parametrize("rule", FIXED, ids=lambda rule: rule.id)
def test_the_fixed_example_is_free_of_its_finding_and_reaches_the_same_schema(
    rule: Rule, reviewed: Fix
) -> None:
    bad = OWN.get(rule.id) or example(rule, "bad", rule.dialects[0])
    before = reviewed(rule, bad.encode())

    (rewritten,) = before.rewritten
    after = reviewed(rule, rewritten.file.content)

    offered = {each.rule for each in before.findings if each.replacement or rule.id in WHOLE}
    assert rule.id in offered
    assert rule.id not in {each.rule for each in after.findings}
    if rule.id not in OWN:
        assert () == tuple(diff(before.steps[-1].after, after.steps[-1].after))
    assert () == after.rewritten
