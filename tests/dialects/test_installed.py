"""What is missing is said before anything starts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ci_runner.dialects.installed import require
from ci_runner.errors import ConfigError


def test_unknown_dialect_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown dialect 'postgers'"):
        require("postgers")


def test_missing_driver_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    for name in [each for each in sys.modules if each.partition(".")[0] == "postgast"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ConfigError) as refused:
        require("postgres")

    assert "pip install 'schema-ci[postgres]'" == refused.value.next_step


def test_nothing_is_imported() -> None:
    ask = "import sys; from ci_runner.dialects.installed import require; require('postgres')"
    subprocess.run(
        [sys.executable, "-c", f"{ask}; assert 'psycopg' not in sys.modules"], check=True
    )


def test_a_driver_is_imported_with_the_first_connection() -> None:
    ask = "import sys, ci_runner.devdb.local; from ci_runner.dialects import dialect"
    subprocess.run(
        [sys.executable, "-c", f"{ask}; dialect('postgres'); assert 'psycopg' not in sys.modules"],
        check=True,
    )
