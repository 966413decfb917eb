"""The engines. `dialect(name)` imports one only when it is asked for: drivers are optional."""

from __future__ import annotations

from importlib import import_module

from ci_runner.dialects.base import Dialect
from ci_runner.dialects.installed import require

DIALECTS = {
    "postgres": "ci_runner.dialects.postgres",
    "mysql": "ci_runner.dialects.mysql",
    "sqlite": "ci_runner.dialects.sqlite",
}


def dialect(name: str) -> Dialect:
    """The dialect called `name`. Raises ConfigError when its extra is not installed."""
    require(name)
    found: Dialect = import_module(DIALECTS[name]).DIALECT
    return found
