"""Whether an engine's drivers are installed, without importing them."""

from __future__ import annotations

from importlib.util import find_spec

from ci_runner.errors import ConfigError

# What each dialect needs besides the standard library: the package's extra of the same name.
DRIVERS: dict[str, tuple[str, ...]] = {
    "postgres": ("psycopg", "postgast"),
    "mysql": ("pymysql",),
    "sqlite": (),
}


def require(name: str) -> None:
    """Raise ConfigError when there is no dialect `name`, or its extra is not installed.

    Drivers take as long to import as a server takes to start, so that the two can go together.
    """
    if name not in DRIVERS:
        raise ConfigError(f"unknown dialect {name!r}", next_step=f"use one of {', '.join(DRIVERS)}")
    for driver in DRIVERS[name]:
        if find_spec(driver) is None:
            raise ConfigError(
                f"the driver for {name} is not installed",
                said=f"No module named {driver!r}",
                next_step=f"pip install 'schema-ci[{name}]'",
            )
