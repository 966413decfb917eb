"""The engines. `dialect(name)` imports one only when it is asked for: drivers are optional."""

from __future__ import annotations

from importlib import import_module

from ci_runner.dialects.base import Dialect
from ci_runner.errors import ConfigError

DIALECTS = {
    "postgres": "ci_runner.dialects.postgres",
    "mysql": "ci_runner.dialects.mysql",
    "sqlite": "ci_runner.dialects.sqlite",
}

# What each needs besides the standard library: the package's extra of the same name.
DRIVERS: dict[str, tuple[str, ...]] = {
    "postgres": ("psycopg", "postgast"),
    "mysql": ("pymysql",),
    "sqlite": (),
}


def dialect(name: str) -> Dialect:
    """The dialect called `name`. Raises ConfigError when its extra is not installed."""
    if name not in DIALECTS:
        raise ConfigError(
            f"unknown dialect {name!r}", next_step=f"use one of {', '.join(DIALECTS)}"
        )
    try:
        for driver in DRIVERS[name]:
            import_module(driver)
        found: Dialect = import_module(DIALECTS[name]).DIALECT
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("ci_runner"):
            raise
        raise ConfigError(
            f"the driver for {name} is not installed",
            said=str(missing),
            next_step=f"pip install 'schema-ci[{name}]'",
        ) from missing
    return found
