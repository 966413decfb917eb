"""The rules' own documentation: one line each, or a page on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ci_runner.lint.rule import Rule

EXAMPLES = Path(__file__).parent / "examples"


def listed(rules: Sequence[Rule]) -> str:
    """`id  severity  engines  title`, in columns."""
    rows = [(rule.id, rule.severity.value, ", ".join(rule.dialects), rule.title) for rule in rules]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "".join(
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]))
        + "\n"
        for row in rows
    )


def explained(rule: Rule) -> str:
    """What goes wrong in production, what to do instead, and an example of both."""
    also = f"Also known as: {', '.join(rule.aliases)}.\n\n" if rule.aliases else ""
    return (
        f"{rule.id}: {rule.title} ({rule.severity.value}; {', '.join(rule.dialects)})\n\n"
        f"{rule.why}\n{rule.instead}\n\n{also}"
        f"bad:\n\n{_indented(example(rule, 'bad'))}\ngood:\n\n{_indented(example(rule, 'good'))}"
    )


def example(rule: Rule, which: str) -> str:
    """The SQL of `bad`, `good` or, "" where it needs none, `setup`."""
    place = EXAMPLES / rule.id / f"{which}.sql"
    return place.read_text(encoding="utf-8") if place.is_file() else ""


def _indented(sql: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in sql.splitlines())
