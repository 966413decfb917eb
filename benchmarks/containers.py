"""From nothing to the first answer of a server in a container: ours, and testcontainers' own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.checkout import environ
from benchmarks.figures import Figure
from benchmarks.parts import Plan

_IMAGE = "schema-ci-test/postgres:15"
# Engine, image, what it is, and the most that ours may take of what testcontainers takes.
_IMAGES = (
    ("postgres", _IMAGE, "PostgreSQL, upstream-like image", 0.65),
    ("postgres", f"{_IMAGE}-baked", "PostgreSQL, image with a data folder", 0.40),
    ("mariadb", "schema-ci-test/mariadb:10.11", "MariaDB, upstream-like image", 0.65),
)
_PART = "start-container"
# Printed when the server has been asked something and has answered.
_ANSWERED = "dev database: "
_THEIRS = {
    "postgres": """
import sys, time
import psycopg
from testcontainers.community.postgres import PostgresContainer
started = time.perf_counter()
with PostgresContainer(sys.argv[1], driver=None) as container:
    with psycopg.connect(container.get_connection_url()) as session:
        session.execute("SELECT 1").fetchone()
        print(time.perf_counter() - started, flush=True)
""",
    # Of this image there is one server only, which says once that it is ready.
    "mariadb": """
import sys, time
import pymysql
from testcontainers.community.mysql import MySqlContainer
started = time.perf_counter()
container = MySqlContainer(sys.argv[1], wait_strategy_check_string=": ready for connections")
with container.with_env("MARIADB_ROOT_PASSWORD", container.root_password):
    where = (container.get_container_host_ip(), int(container.get_exposed_port(3306)))
    with pymysql.connect(
        host=where[0], port=where[1], user="root", password=container.root_password
    ) as session:
        session.cursor().execute("SELECT 1")
        print(time.perf_counter() - started, flush=True)
""",
}
# The image of their reaper is in a registry; the mode is the one that works on any machine.
_PLAIN = {"TESTCONTAINERS_RYUK_DISABLED": "true", "TESTCONTAINERS_CONNECTION_MODE": "docker_host"}


def containers(plan: Plan) -> Iterator[Figure]:
    """In turns: ours from the start of the process, theirs without that and without imports."""
    for engine, image, what, target in _IMAGES:
        rounds = [
            (_ours(engine, image, plan.folder), _theirs(engine, image)) for _ in range(plan.runs)
        ]
        ours, theirs = (median(each) for each in zip(*rounds, strict=True))
        yield Figure(_PART, f"{what}: testcontainers, start to first query", theirs, "s")
        yield Figure(_PART, f"{what}: schema-ci, process to first query", ours, "s")
        limit = target if plan.judged else None
        yield Figure(_PART, f"{what}: schema-ci as multiple", ours / theirs, "x", limit)


def _ours(engine: str, image: str, folder: Path) -> float:
    """`schema-ci schema diff` from its start until it says which server has answered."""
    schema = folder / "schema.sql"
    schema.write_text("CREATE TABLE t (id int PRIMARY KEY);\n", encoding="utf-8")
    command = [sys.executable, "-m", "ci_runner", "schema", "diff", "--from", "empty"]
    command += ["--to", str(schema), "--dev-url", f"docker+{engine}://{image}/dev"]
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        said, took = "", 0.0
        for line in running.stderr or ():
            said += line
            if _ANSWERED in line and not took:
                took = time.perf_counter() - started
    if running.returncode or not took:
        raise RuntimeError(f"schema-ci exits with {running.returncode}:\n{said}")
    return took


def _theirs(engine: str, image: str) -> float:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _THEIRS[engine], image],
        env={**environ(), **_PLAIN},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"testcontainers exits with {done.returncode}:\n{done.stderr}")
    return float(done.stdout)
