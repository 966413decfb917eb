"""What one MySQL statement says that it does."""

from __future__ import annotations

from ci_runner.dialects.operations import Operation, Other


def parse(sql: str) -> tuple[Operation, ...]:
    """Never raises."""
    return (Other(sql.split(None, 1)[0].upper() if sql.split() else ""),)
