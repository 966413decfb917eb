"""Configuration that is made to take long, or to break what reads it, is an error of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.errors import ConfigError

DEEP = 50_000
BOMBS = {
    "arrays in arrays": f"x = {'[' * DEEP}{']' * DEEP}\n",
    "tables in tables": f"x = {'{a=' * DEEP}1{'}' * DEEP}\n",
    "a long dotted key": f"x.{'.'.join('a' * DEEP)} = 1\n",
    "a long table name": f"[{'.'.join('a' * DEEP)}]\n",
    "a long number": f"x = {'9' * DEEP}\n",
    "many tables": "".join(f"[t{n}]\n" for n in range(DEEP)),
    "many projects": '[[project]]\nname = "a"\ndialect = "sqlite"\n' * (DEEP // 2),
    "many keys": "[lint.rules]\n" + "".join(f"r{n} = 'off'\n" for n in range(DEEP)),
    "a number without end": "stats.megabytes-per-second = inf\n",
    "no number": "publish.api-max-wait = nan\n",
}


@pytest.mark.parametrize("kind", BOMBS)
def test_t28_a_bomb_is_a_mistake_that_is_told_in_time(kind: str, tmp_path: Path) -> None:
    (tmp_path / "schema-ci.toml").write_text(BOMBS[kind])
    began = time.process_time()

    with pytest.raises(ConfigError) as refused:
        load(tmp_path, {}, {}, ())

    assert time.process_time() - began < 10
    assert len(str(refused.value)) < 2_000
