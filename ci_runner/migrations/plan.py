"""From two schemas to a migration: statements, the files that hold them, and their checksum."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from ci_runner.dialects.base import USUAL, Dialect, PlannedStatement, PlanOptions, Syntax
from ci_runner.frozen import frozen
from ci_runner.migrations import checksum
from ci_runner.migrations.delimited import delimited
from ci_runner.migrations.directives import NO_TRANSACTION
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.ours import marked
from ci_runner.migrations.statements import split
from ci_runner.schema.model import Identity, Schema

_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 50


@frozen
class Plan:
    """The statements of one missing migration; empty when nothing is missing."""

    statements: tuple[PlannedStatement, ...]

    @property
    def transactional(self) -> bool:
        """Whether it may run in one transaction, and should."""
        return all(each.transactional for each in self.statements) and len(parts(self)) < 2

    @property
    def destructive(self) -> bool:
        return any(statement.destructive for statement in self.statements)


def make_plan(
    dialect: Dialect, current: Schema, desired: Schema, options: PlanOptions = USUAL
) -> Plan:
    return Plan(dialect.plan(current, desired, options))


def _any_two(_: str, __: str) -> bool:
    return True


def parts(plan: Plan, together: Callable[[str, str], bool] = _any_two) -> tuple[Plan, ...]:
    """The plan cut into as few as its transactions allow, one for each file.

    `together` says whether one file may hold two statements that both run outside of a transaction.
    """
    found: list[list[PlannedStatement]] = []
    for statement in plan.statements:
        if found and _joins(statement, found[-1], together):
            found[-1].append(statement)
        else:
            found.append([statement])
    return tuple(Plan(tuple(several)) for several in found)


def _joins(
    statement: PlannedStatement,
    before: Sequence[PlannedStatement],
    together: Callable[[str, str], bool],
) -> bool:
    if not statement.transactional or not before[-1].transactional:
        outside = not statement.transactional and not before[-1].transactional
        return outside and together(before[-1].sql, statement.sql)
    return not statement.apart or all(each.apart for each in before)


def sql(plan: Plan) -> str:
    """The plan as a script: a comment above each statement, what it risks included."""
    return _head(plan) + "".join(delimited(_block(each)) for each in plan.statements)


def _head(plan: Plan) -> str:
    return "" if plan.transactional else NO_TRANSACTION


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
    ways = (delimited(f"{above}{sql};\n") if sql else above for above, sql in _undo(plan))
    return _head(plan) + "".join(ways)


def _undo(plan: Plan) -> Iterator[tuple[str, str]]:
    """Comments and the statements below them, "" for none."""
    for statement in reversed(plan.statements):
        if statement.undo is None:
            why = "; ".join(statement.undo_hazards) or "data is lost"
            yield f"-- no way back from: {_one_line(f'{statement.summary}: {why}')}\n", ""
        elif statement.undo:
            careful = (f"-- careful: {_one_line(each)}\n" for each in statement.undo_hazards)
            yield "".join(careful), statement.undo


def _undo_blocks(plan: Plan, syntax: Syntax) -> Iterator[str]:
    """The way back, a block for each statement: that from one statement may take several."""
    for above, sql in _undo(plan):
        texts = [f"{each.text};\n" for each in split(delimited(f"{sql};\n"), "", syntax)]
        yield above + "".join(texts[:1])
        yield from texts[1:]


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
    plan: Plan,
    directory: Directory,
    when: datetime,
    syntax: Syntax,
    name: str = "",
    *,
    upstream: Directory | None = None,
    mark: bool = False,
) -> tuple[Directory, dict[str, bytes]]:
    """The directory with the plan's files in it, and the files to write, by path in the repository.

    There is one file, but where statements must not share a transaction as few as the format
    allows, in order. `when` (UTC) is the commit's time, so that one input always gives one name.
    They come behind the files of `upstream` too. With `mark` each says that we made it.
    """
    style = FORMATS[directory.format]
    grown = directory
    files: dict[str, bytes] = {}
    for part in parts(plan, style.together):
        up, down = _named(grown, upstream, when, _safe(name) or description(part))
        forward = tuple(_block(each) for each in part.statements)
        back = tuple(_undo_blocks(part, syntax))
        texts = style.contents(forward, back, transactional=part.transactional)
        content, undo = (_content(text, mark=mark) for text in texts)
        files[f"{directory.path}/{up}"] = content
        if down:
            files[f"{directory.path}/{down}"] = undo
        made = style.read(directory.path, {up: content}).files
        grown = replace(grown, files=(*grown.files, *made))
    if style.has_checksum or directory.checksum is not None:
        grown = replace(grown, checksum=checksum.checksum_of(grown))
        files[f"{directory.path}/{checksum.NAME}"] = grown.checksum or b""
    return grown, files


def _named(
    directory: Directory, upstream: Directory | None, when: datetime, words: str
) -> tuple[str, str]:
    """The names of the up file and the down file, of a version that is behind both directories."""
    style = FORMATS[directory.format]
    places = (directory,) if upstream is None else (directory, upstream)
    found = []
    for place in places:
        version = style.next_version(place, when)
        found.append((version, *style.file_names(place, version, words)))
    if len({version for version, *_ in found}) < len(found):
        return found[0][1:]
    last = style.read(directory.path, {up: b";" for _, up, _ in found}).files[-1]
    return next((up, down) for _, up, down in found if up == last.file_name)


def _content(text: str, *, mark: bool) -> bytes:
    return marked(text.encode()) if mark else text.encode()


def _safe(name: str) -> str:
    return _WORD.sub("_", name.lower()).strip("_")
