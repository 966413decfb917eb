"""What the container of a dev server may take, as trusted configuration says it."""

from __future__ import annotations

from ci_runner.config.options import by_key
from ci_runner.config.values import Values
from ci_runner.errors import ConfigError

MEMORY, PROCESSES = "dev.container-memory", "dev.container-processes"
# MiB and processes without which no server starts; to an engine 0 would mean no limit.
_LEAST = {MEMORY: 64, PROCESSES: 32}


def container_bounds(values: Values) -> dict[str, int]:
    """MEMORY in MiB and PROCESSES. Raises ConfigError for less than a server needs."""
    bounds = {key: values.number(key) for key in _LEAST}
    for key, bound in bounds.items():
        variable = by_key()[key].env
        if values.in_file(key):
            raise ConfigError(
                f"`{key}` may not stand in the configuration file",
                where=values.origin(key),
                said="the file is part of the pull request, whose SQL it would let take more",
                next_step=f"set {variable} in the CI",
            )
        if bound < _LEAST[key]:
            raise ConfigError(
                f"`{key}` is {bound}, and no server runs with so little",
                where=values.origin(key),
                next_step=f"set {variable} to {_LEAST[key]} or more",
            )
    return bounds
