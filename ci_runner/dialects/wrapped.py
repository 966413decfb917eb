"""A column that a query puts inside of a calculation, whatever the engine."""

from __future__ import annotations

from ci_runner.dialects.operations import Target
from ci_runner.frozen import frozen


@frozen
class Wrapped:
    """A column inside of a function call or calculation, whose SQL is `expression`.

    `sources` are the tables that it may belong to, nearest first; with a `qualifier` only one.
    """

    column: str
    expression: str
    sources: tuple[tuple[Target, ...], ...]
