"""From two schemas to a migration: statements, the files that hold them, and their checksum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ci_runner.dialects.base import USUAL, Dialect, PlannedStatement, PlanOptions
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.schema.model import Identity, Schema

_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements of one missing migration; empty when nothing is missing."""

    statements: tuple[PlannedStatement, ...]

    @property
    def transactional(self) -> bool:
        return all(statement.transactional for statement in self.statements)

    @property
    def destructive(self) -> bool:
        return any(statement.destructive for statement in self.statements)


def make_plan(
    dialect: Dialect, current: Schema, desired: Schema, options: PlanOptions = USUAL
) -> Plan:
    return Plan(dialect.plan(current, desired, options))


def sql(plan: Plan) -> str:
    """The plan as a script: a comment above each statement, what it risks included."""
    head = "" if plan.transactional or not plan.statements else "-- atlas:txmode none\n\n"
    return head + "".join(_block(statement) for statement in plan.statements)


def _block(statement: PlannedStatement) -> str:
    remarks = [statement.summary]
    if statement.destructive:
        remarks.append(f"  destructive: {_lost(statement)}")
    remarks += [f"  question: {question}" for question in statement.questions]
    remarks += [f"  careful: {hazard}" for hazard in statement.hazards]
    remarks += [f"  {seen}" for seen in observed(statement)]
    comments = "".join(f"-- {_one_line(remark)}\n" for remark in remarks)
    return f"{comments}{statement.sql};\n"


def _lost(statement: PlannedStatement) -> str:
    if statement.questions and statement.undo is not None:
        return "it drops what may only have got another name"
    return "data is lost"


def observed(statement: PlannedStatement) -> Iterator[str]:
    """What the statement was seen doing to each relation, a line for each."""
    for lock in statement.locks:
        did = [f"locks {lock.relation.qualified}: {lock.mode}"]
        if lock.relation in statement.rewrites:
            did.append("rewrites it")
        if lock.relation in statement.scans:
            did.append("reads all of it")
        yield ", ".join(did)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def undo_sql(plan: Plan) -> str:
    """The way back, last statement first; what has none is said in a comment."""
    blocks = []
    for statement in reversed(plan.statements):
        if statement.undo is None:
            blocks.append(f"-- no way back from: {_one_line(statement.summary)}\n")
        else:
            blocks.append(f"{statement.undo};\n")
    return "".join(blocks)


def description(plan: Plan) -> str:
    """A file name's words for the first change of the plan, and how many more there are.

    What only serves a change is none: a table rebuilt in ten statements is `rebuild_table_users`,
    and a view that is dropped and made again around the change of a column has no part in the name.
    """
    again = _objects(plan, "DROP ") & _objects(plan, "CREATE ")
    own = [each for each in plan.statements if each.serves or each.object not in again]
    first, *_ = own or plan.statements
    words = _WORD.sub("_", (first.serves or first.summary).lower()).strip("_")
    changes = {each.serves or str(each.object) for each in own or plan.statements}
    more = len(changes) - 1
    suffix = f"_and_{more}_more" if more else ""
    return words[: _LONGEST_NAME - len(suffix)].rstrip("_") + suffix


def _objects(plan: Plan, verb: str) -> set[Identity]:
    return {each.object for each in plan.statements if each.sql.startswith(verb)}


def written(
    plan: Plan, directory: Directory, when: datetime, name: str = ""
) -> tuple[Directory, dict[str, bytes]]:
    """The directory with the plan's file in it, and the files to write, by path in the repository.

    `when` (UTC) is the commit's time, so that one input always gives one name.
    """
    style = FORMATS[directory.format]
    version = style.next_version(directory, when)
    up, down = style.file_names(directory, version, _safe(name) or description(plan))
    content = sql(plan).encode()
    file = MigrationFile(f"{directory.path}/{up}", up, content, version, name)
    files = {file.path: content}
    if down:
        files[f"{directory.path}/{down}"] = undo_sql(plan).encode()
    grown = replace(directory, files=(*directory.files, file))
    if style.has_checksum or directory.checksum is not None:
        grown = replace(grown, checksum=checksum.checksum_of(grown))
        files[f"{directory.path}/{checksum.NAME}"] = grown.checksum or b""
    return grown, files


def _safe(name: str) -> str:
    return _WORD.sub("_", name.lower()).strip("_")
