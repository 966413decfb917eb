"""What an install without an extra says when it is asked for what the extra brings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import CHECKOUT
from tests.e2e.conftest import PullRequestScene, new_scene

_WITHOUT = "import sys; sys.modules[{0!r}] = None; from ci_runner.cli import main; main()"


def run_without(module: str, folder: Path, *argv: str, **environ: str) -> tuple[int, str]:
    """Exit code and stderr of the command where `module` can't be imported."""
    done = subprocess.run(
        (sys.executable, "-c", _WITHOUT.format(module), *argv),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("url", ["", "local://postgres", "postgres://u@127.0.0.1:1/d"])
def test_postgres_without_its_driver_names_the_extra(tmp_path: Path, url: str) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE t (id int);\n")
    given = ("--dev-url", url) if url else ()

    code, said = run_without(
        "psycopg", tmp_path, "schema", "inspect", "a.sql", "--dialect", "postgres", *given
    )

    assert ExitCode.CONFIG == code, said
    assert "pip install 'schema-ci[postgres]'" in said
    assert "Traceback" not in said


def test_sqlite_needs_no_driver(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE t (id int);\n")

    code, said = run_without("psycopg", tmp_path, "schema", "inspect", "a.sql", "--dialect=sqlite")

    assert ExitCode.OK == code, said


def test_publishing_without_its_library_names_the_extra_and_keeps_the_report(
    tmp_path: Path,
) -> None:
    scene: PullRequestScene = new_scene(tmp_path, "sqlite")
    with scene.fake:
        scene.run("rules")  # for the environment of a job
        code, said = run_without("github", scene.checkout.root, "run", **scene.checkout.environ)

    assert ExitCode.CONFIG == code, said
    assert "pip install 'schema-ci[github]'" in said
    assert "differs" == scene.checkout.report()["projects"][0]["state"]
    assert [] == scene.fake.requests


@pytest.mark.parametrize("url", ["", "local://mariadb", "mysql://u@127.0.0.1:1/d"])
def test_mysql_without_its_driver_names_the_extra(tmp_path: Path, url: str) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE t (id int);\n")
    given = ("--dev-url", url) if url else ()

    code, said = run_without(
        "pymysql", tmp_path, "schema", "inspect", "a.sql", "--dialect", "mysql", *given
    )

    assert ExitCode.CONFIG == code
    assert "the driver for mysql is not installed" in said
    assert "pip install 'schema-ci[mysql]'" in said


_LOADED = """
import sys
from ci_runner.cli import main
try:
    main()
finally:
    print(sorted(set(sys.modules) & {modules!r}), file=sys.stderr)
"""


def test_a_command_loads_neither_rules_nor_drivers_that_it_has_no_use_for(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("CREATE TABLE t (id int);\n")
    useless = {"ci_runner.lint.rules", "psycopg", "pymysql", "docker", "testcontainers", "pydantic"}
    command = ("schema", "inspect", "a.sql", "--dialect", "sqlite")

    done = subprocess.run(
        (sys.executable, "-c", _LOADED.format(modules=useless), *command),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert "[]" == done.stderr.splitlines()[-1]
