"""A plan as JSON, and its warnings on stderr."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ci_runner.cli.common import Common
    from ci_runner.dialects.base import PlannedStatement
    from ci_runner.pipeline.compare import Compared
    from ci_runner.pipeline.options import Terms
    from ci_runner.pipeline.questions import Question
    from ci_runner.schema.model import Identity


def document(compared: Compared) -> dict[str, object]:
    """docs/configuration.md describes it."""
    return {
        "statements": [_statement(each) for each in compared.plan.statements],
        "questions": [
            {
                "dropped": str(each.pair.gone),
                "created": str(each.pair.come),
                "question": each.asks,
                "if_renamed": each.yes,
                "if_not": each.no,
            }
            for each in compared.questions
        ],
        "unmanaged": [str(each) for each in compared.unmanaged],
        "left_out": [*map(str, compared.left_out), *compared.kinds_left],
    }


def _statement(each: PlannedStatement) -> dict[str, object]:
    return {
        "sql": each.sql,
        "summary": each.summary,
        "object": str(each.object),
        "destructive": each.destructive,
        "transactional": each.transactional,
        "undo": each.undo,
        "undo_hazards": each.undo_hazards,
        "hazards": each.hazards,
        "questions": each.questions,
        "locks": [{"relation": str(lock.relation), "mode": lock.mode} for lock in each.locks],
        "rewrites": [str(one) for one in each.rewrites],
        "online": str(each.online) if each.online else None,
        "scans": [str(one) for one in each.scans],
        "serves": each.serves,
    }


def warn(common: Common, compared: Compared, terms: Terms, name: str = "") -> None:
    """What the plan risks, asks and leaves out; `name` is the project's, where there are many."""
    from ci_runner.pipeline.compare import left_out_said

    said = [f"not compared: {each}" for each in compared.unmanaged]
    said += [f"not compared: {each}, which differ" for each in compared.kinds_left]
    said += [f"{each} matches nothing" for each in compared.idle]
    said += [left_out_said(compared.left_out, terms)] if compared.left_out else []
    said += [compared.remark] if compared.remark else []
    for statement in compared.plan.statements:
        if statement.destructive and not statement.questions and not statement.hazards:
            said.append(f"{statement.summary}: destructive")
        said += [f"{statement.summary}: {each}" for each in statement.hazards]
    said += [each.text for each in compared.questions]
    for line in said:
        common.out.log.warn(f"{name}: {line}" if name else line)


def refuse_open_ends(unmanaged: Iterable[Identity], questions: Iterable[Question]) -> None:
    """Raise StrictError for what `--strict` does not let pass."""
    from ci_runner.errors import StrictError

    open_ends = [f"not compared: {each}" for each in unmanaged]
    open_ends += [each.text for each in questions]
    if open_ends:
        raise StrictError(
            "with --strict everything must be compared, and every question answered",
            said="\n".join(open_ends),
            next_step="answer the questions; leave out with --exclude what needs no comparison",
        )
