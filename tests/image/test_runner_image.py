"""The runner image, built without a registry and started as CI platforms start it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from ci_runner.errors import ExitCode
from tests.checkout import CHECKOUT, Checkout, add_column, new_checkout
from tests.conftest import require
from tests.devdb.docker.conftest import BAKED, engine  # noqa: F401 - a fixture

pytestmark = pytest.mark.docker
SOCKET = Path("/var/run/docker.sock")
# A container that gets nothing it does not need.
SHUT_OFF = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL")
GITLAB = {
    "CI": "true",
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "acme/shop",
    "CI_PROJECT_DIR": "/builds/acme/shop",
}
CIRCLECI = {
    "CI": "true",
    "CIRCLECI": "true",
    "CIRCLE_BRANCH": "feature",
    "CIRCLE_REPOSITORY_URL": "git@github.com:acme/shop.git",
}


@pytest.fixture(scope="session")
def image(docker_engine: str) -> str:
    """The image of this checkout; not built again where its contents are those of the last one."""
    built = subprocess.run(
        [CHECKOUT / "script" / "images-runner"], capture_output=True, text=True, check=False
    )
    if built.returncode:
        require(f"needs the runner image: {built.stderr.strip()}")
    return built.stdout.strip()


def pull_request(folder: Path, dialect: str = "sqlite") -> Checkout:
    """A clone as CI's own job makes it, whose desired schema asks for one more column."""
    checkout = new_checkout(folder, dialect)
    checkout.git("checkout", "--quiet", "-b", "feature")
    add_column(checkout)
    checkout.commit("ask for a column")
    return checkout


def start(image: str, *options: str, script: str, environ: dict[str, str]) -> tuple[int, str]:
    """`script` in a container, the way that CI platforms do: a shell, its text on stdin."""
    given = [part for name, value in environ.items() for part in ("--env", f"{name}={value}")]
    done = subprocess.run(
        ("docker", "run", "--rm", "--interactive", *given, *options, image, "sh", "-eu"),
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def open_to_all(folder: Path) -> None:
    """Owned by root and writable by everybody, as GitLab's helper leaves a clone."""
    for place in (folder, *folder.rglob("*")):
        if not place.is_symlink():
            place.chmod(0o777 if place.is_dir() or os.access(place, os.X_OK) else 0o666)


def test_t18_the_image_runs_as_nobody_and_starts_what_it_is_given(image: str) -> None:
    shown = subprocess.run(
        ("docker", "image", "inspect", image), capture_output=True, text=True, check=True
    )
    (config,) = (each["Config"] for each in json.loads(shown.stdout))

    assert ("1000:1000", None) == (config["User"], config["Entrypoint"])
    assert [] == [each for each in config["Env"] if each.startswith("PIP_")]


def test_the_image_holds_what_jobs_and_dialects_need(image: str) -> None:
    script = """
git --version; ssh -V; tar --version >/dev/null; gzip --version >/dev/null
test -s /etc/ssl/certs/ca-certificates.crt
python -c 'import cel, docker, github, postgast, psycopg, pymysql, sqlite3, testcontainers'
schema-ci --version
! python -c 'import pip' 2>/dev/null
! touch /opt/schema-ci/written 2>/dev/null
"""
    code, said = start(image, *SHUT_OFF, script=script, environ={})

    assert 0 == code, said


def test_as_gitlab_starts_it_on_a_work_tree_of_another_user(image: str, tmp_path: Path) -> None:
    checkout = pull_request(tmp_path / "shop")
    open_to_all(checkout.root)
    place = GITLAB["CI_PROJECT_DIR"]

    code, said = start(
        image,
        *(*SHUT_OFF, "--volume", f"{checkout.root}:{place}", "--workdir", place),
        script="schema-ci run --base main --no-publish\n",
        environ=GITLAB,
    )

    assert ExitCode.DRIFT == code, said
    assert "ADD COLUMN email" in said
    assert "differs" == checkout.report()["projects"][0]["state"]


def test_as_circleci_starts_it_where_the_job_clones_into_its_home(
    image: str, tmp_path: Path
) -> None:
    checkout = pull_request(tmp_path / "shop")
    bundle = tmp_path / "shop.bundle"
    checkout.git("bundle", "create", "--quiet", str(bundle), "--all")
    script = """
git clone --quiet --branch feature /shop.bundle project
cd project
schema-ci run --base main --no-publish
"""
    code, said = start(
        image,
        *("--volume", f"{bundle}:/shop.bundle:ro", "--workdir", "/home/schema-ci"),
        script=script,
        environ=CIRCLECI,
    )

    assert ExitCode.DRIFT == code, said
    assert "ADD COLUMN email" in said


def test_any_user_may_run_it_without_a_home(image: str, tmp_path: Path) -> None:
    checkout = pull_request(tmp_path / "shop")
    open_to_all(checkout.root)

    code, said = start(
        image,
        *(*SHUT_OFF, "--user", "12345:12345", "--volume", f"{checkout.root}:/work"),
        script="schema-ci run --base main --no-publish\n",
        environ={"HOME": "/nonexistent"},
    )

    assert ExitCode.DRIFT == code, said


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("job", "place"),
    [(GITLAB, GITLAB["CI_PROJECT_DIR"]), (CIRCLECI, "/home/circleci/project")],
    ids=["gitlab", "circleci"],
)
def test_t18_with_the_hosts_engine_it_reviews_on_a_postgresql_beside_it(
    image: str, tmp_path: Path, job: dict[str, str], place: str
) -> None:
    """As a runner that passes the socket on, and as a machine executor's `docker run`."""
    checkout = pull_request(tmp_path / "shop", "postgres")
    open_to_all(checkout.root)

    code, said = start(
        image,
        *("--volume", f"{SOCKET}:{SOCKET}", "--group-add", str(SOCKET.stat().st_gid)),
        *("--volume", f"{checkout.root}:{place}", "--workdir", place),
        script="schema-ci run --base main --no-publish\n",
        environ={**job, "SCHEMA_CI_DEV_URL": f"docker+postgres://{BAKED}/dev"},
    )

    assert ExitCode.DRIFT == code, said
    assert "ADD COLUMN email text" in said


@pytest.mark.usefixtures("engine")
def test_b19_beside_a_database_as_the_orbs_executor_has_it(image: str, tmp_path: Path) -> None:
    """Two containers share one network; the database is started beside the job, not before it."""
    checkout = pull_request(tmp_path / "shop", "postgres")
    open_to_all(checkout.root)
    orb = yaml.safe_load((CHECKOUT / "circleci" / "orb.yml").read_text(encoding="utf-8"))
    runner, database = (each["environment"] for each in orb["executors"]["postgres"]["docker"])
    (step,) = [each for each in orb["commands"]["lint"]["steps"] if "run" in each]

    with beside(BAKED, database) as network:
        code, said = start(
            image,
            *("--network", f"container:{network}", "--volume", f"{checkout.root}:/work"),
            script=f"bash -c {shlex.quote(step['run']['command'])}\n",
            environ={
                **CIRCLECI,
                **runner,
                "ORB_COMMAND": "run",
                "ORB_OPTION_BASE": "main",
                "ORB_SCHEMA_CI_OUTPUT_DIR": "reports",
            },
        )

    assert ExitCode.DRIFT == code, said
    assert "ADD COLUMN email text" in said
    assert (checkout.root / "reports" / "report.junit.xml").is_file()


@contextmanager
def beside(image: str, environ: dict[str, str]) -> Iterator[str]:
    """The id of a container of `image`, gone at the end of the block."""
    given = [part for name, value in environ.items() for part in ("--env", f"{name}={value}")]
    command = ("docker", "run", "--detach", "--rm", *given, image)
    started = subprocess.run(command, capture_output=True, text=True, check=True)
    try:
        yield started.stdout.strip()
    finally:
        removed = ("docker", "rm", "--force", "--volumes", started.stdout.strip())
        subprocess.run(removed, capture_output=True, check=True)


def test_without_an_engine_it_says_what_it_needs(image: str, tmp_path: Path) -> None:
    checkout = pull_request(tmp_path / "shop", "postgres")
    open_to_all(checkout.root)

    code, said = start(
        image,
        *("--volume", f"{checkout.root}:/work"),
        script="schema-ci run --base main --no-publish --dev-url docker://postgres/16/dev\n",
        environ=GITLAB,
    )

    assert ExitCode.DATABASE == code, said
    assert "next: " in said
