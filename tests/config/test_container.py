"""What a container may take is bounded, and nothing in the pull request says otherwise."""

from __future__ import annotations

import pytest

from ci_runner.config.container import MEMORY, PROCESSES, container_bounds
from ci_runner.errors import ConfigError

_ORIGINS = {MEMORY: "SCHEMA_CI_DEV_CONTAINER_MEMORY", PROCESSES: "default"}


def test_bounds_are_taken_as_said() -> None:
    values: dict[str, object] = {MEMORY: 512, PROCESSES: 256}

    assert {MEMORY: 512, PROCESSES: 256} == container_bounds(values, _ORIGINS, lambda _: False)


@pytest.mark.parametrize("memory", [0, 63])
def test_too_little_is_refused_and_no_limit_at_all_too(memory: int) -> None:
    with pytest.raises(ConfigError, match="no server runs with so little") as refused:
        container_bounds({MEMORY: memory, PROCESSES: 256}, _ORIGINS, lambda _: False)

    assert "SCHEMA_CI_DEV_CONTAINER_MEMORY" == refused.value.where


def test_file_may_not_say_it() -> None:
    with pytest.raises(ConfigError, match="may not stand in the configuration file"):
        container_bounds({MEMORY: 512, PROCESSES: 256}, _ORIGINS, lambda key: key == PROCESSES)
