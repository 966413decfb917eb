"""A name without its schema, or in a schema that is not to be used."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import SearchPath
from ci_runner.dialects.postgres.parse.names import addressed
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Table


def _check(review: Review) -> Iterator[Hit]:
    disallowed = texts(review.options.get(RULE.id, {}), "disallowed")
    settled: set[str] = set()
    mixing = _mixing(review)
    for each in review.written:
        path = each.step.statement.path
        if any(isinstance(done, SearchPath) for done in each.step.operations):
            settled.add(path)
        if not disallowed and (path in settled or path not in mixing):
            continue
        for kind, name in addressed(each.kind, each.node):
            if name.schema in disallowed:
                yield Hit(f"schema {name.schema} is not to be used: {kind} {name}", each.step)
            elif not name.schema and path in mixing and path not in settled:
                settled.add(path)
                yield Hit(
                    f"which {kind} {name.name} is, depends on the search_path of whoever runs this;"
                    " said once for the file",
                    each.step,
                )


def _mixing(review: Review) -> set[str]:
    """Files that may mean another schema: where tables live in one, there is nothing to mix up,
    unless a file names it here and not there.
    """
    schemas = {table.schema for table in review.base.of_type(Table)}
    schemas |= {each.table.schema for each in review.arriving(Table)}
    several = not review.base_known or len(schemas) > 1
    return {
        each.step.statement.path
        for each in review.written
        if several or any(name.schema for _, name in addressed(each.kind, each.node))
    }


RULE = Rule(
    id="schema-qualified",
    title="Name without its schema",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Run by a role with another search_path, the same file changes another table or makes one"
    " where nobody looks for it. Said once for a file, where tables live in more than one schema.",
    instead="Write public.users, or SET search_path at the head of the file.",
    check=_check,
    aliases=(
        "require-table-schema",
        "require-schema-qualified",
        "SM001",
        "SM002",
        "NAMING_FULLY_QUALIFIED",
        "STATEMENT_CREATE_SPECIFY_SCHEMA",
    ),
    options=(RuleOption("disallowed", "texts", "schemas in which nothing is to be made"),),
    group="style",
)
