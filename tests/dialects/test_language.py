"""Text is read without what only a server needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ci_runner.dialects.language import language
from ci_runner.errors import ConfigError

LINT = """
import sys
from ci_runner.cli.main import cli
from ci_runner.secrets import Redactor

cli.main(sys.argv[1:], standalone_mode=False, obj=Redactor.of_environment())
unwanted = {"psycopg", "pymysql", f"ci_runner.dialects.{sys.argv[-1]}.dialect"}
assert not unwanted & sys.modules.keys()
"""


def test_unknown_dialect_is_refused() -> None:
    with pytest.raises(ConfigError, match="unknown dialect 'postgers'"):
        language("postgers")


@pytest.mark.parametrize("name", ["postgres", "mysql", "sqlite"])
def test_lint_by_text_imports_neither_driver_nor_dialect(name: str, tmp_path: Path) -> None:
    change = tmp_path / "change.sql"
    change.write_text("DROP TABLE a;\n", encoding="utf-8")
    given = ("lint", str(change), "--static", "--dialect", name)
    ran = subprocess.run(
        [sys.executable, "-c", LINT, *given], check=True, capture_output=True, text=True
    )

    assert "drop-table" in ran.stdout
