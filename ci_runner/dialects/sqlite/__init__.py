"""SQLite: the engine of Python's standard library."""

from __future__ import annotations

from ci_runner.dialects.base import Dialect


def __getattr__(name: str) -> Dialect:
    """`DIALECT`, loaded once it is asked for: lint reads text by a few modules of this package."""
    if name != "DIALECT":
        raise AttributeError(f"{__name__} has no {name}")
    from ci_runner.dialects.sqlite.dialect import DIALECT

    return DIALECT
