"""What a container may take is bounded, and nothing in the pull request says otherwise."""

from __future__ import annotations

import pytest

from ci_runner.config.container import MEMORY, PROCESSES, container_bounds
from ci_runner.config.values import Value, Values
from ci_runner.errors import ConfigError


def _said(memory: int, *, processes_in_file: bool = False) -> Values:
    return Values(
        {
            MEMORY: Value(memory, "SCHEMA_CI_DEV_CONTAINER_MEMORY"),
            PROCESSES: Value(256, "schema-ci.toml:3", processes_in_file),
        }
    )


def test_bounds_are_taken_as_said() -> None:
    assert {MEMORY: 512, PROCESSES: 256} == container_bounds(_said(512))


@pytest.mark.parametrize("memory", [0, 63])
def test_too_little_is_refused_and_no_limit_at_all_too(memory: int) -> None:
    with pytest.raises(ConfigError, match="no server runs with so little") as refused:
        container_bounds(_said(memory))

    assert "SCHEMA_CI_DEV_CONTAINER_MEMORY" == refused.value.where


def test_file_may_not_say_it() -> None:
    with pytest.raises(ConfigError, match="may not stand in the configuration file") as refused:
        container_bounds(_said(512, processes_in_file=True))

    assert "schema-ci.toml:3" == refused.value.where
