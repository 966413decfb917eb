"""Secrets are planted wherever a run could meet them, and looked for in all that it says."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from ci_runner.devdb.local import local_postgres
from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA
from tests.e2e.conftest import TOKEN, PullRequestScene, new_scene

PASSWORD = "plänted/pass word&1"
KEY = "sk-planted-api-key-1"
SPELLINGS = [
    spelled
    for secret in (PASSWORD, KEY, TOKEN)
    for spelled in (
        secret,
        quote(secret, safe=""),
        b64encode(secret.encode()).decode(),
        json.dumps(secret)[1:-1],
    )
]


@pytest.fixture
def planted(tmp_path: Path) -> Iterator[PullRequestScene]:
    """PostgreSQL behind a URL with a password, and a key in the environment."""
    scene = new_scene(tmp_path, "postgres")
    with local_postgres(superuser=True) as server, scene.fake:
        folder = dict(part.split("=") for part in server.admin.split())["host"]
        password = quote(PASSWORD, safe="")
        scene.environ = {
            "SCHEMA_CI_DEV_URL": f"postgres://postgres:{password}@/postgres?host={folder}",
            "PAYMENT_API_KEY": KEY,
        }
        yield scene
    assert [] == scene.fake.violations


def everything(scene: PullRequestScene, said: str) -> str:
    """All that a run has told anybody but the runner, which shows no line that masks."""
    said = "\n".join(line for line in said.split("\n") if not line.startswith("::add-mask::"))
    fake = scene.fake
    reports = scene.checkout.root / "schema-ci-report"
    told = [said, json.dumps(fake.comments), json.dumps(fake.check_runs)]
    told += [
        json.dumps(fake.statuses),
        fake.git("log", "-p", f"main..{fake.head()}", "--author=bot"),
    ]
    told += [path.read_text() for path in reports.glob("*")] if reports.exists() else []
    return "\n".join(told)


def leaks(text: str) -> list[str]:
    """A comment writes some characters as entities, which must not hide a leak from this test."""
    plain = text.replace("&#47;", "/").replace("&#38;", "&").replace("&#45;", "-")
    return [spelled for spelled in SPELLINGS if spelled in text or spelled in plain]


def test_the_spellings_would_be_seen() -> None:
    assert {KEY, PASSWORD} == set(leaks(f"x {KEY} y {PASSWORD.replace('/', '&#47;')}"))


def test_a_run_that_succeeds_tells_no_secret(planted: PullRequestScene) -> None:
    done = planted.run("run", "--verbose", SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    assert 1 == len(planted.fake.comments)
    assert [] == leaks(everything(planted, done.said))


def test_a_run_whose_migration_fails_on_a_secret_tells_none(planted: PullRequestScene) -> None:
    planted.checkout.write(
        "migrations/20260202000000_bad.sql",
        f"-- {KEY}\nSELECT '{PASSWORD}'::integer, '{KEY}', '{TOKEN}';\nDO $$ BEGIN "
        f"RAISE NOTICE '%', '{KEY}'; END $$;\n",
    )
    planted.checkout.run("hash")
    planted.checkout.commit(f"a message with {KEY}")
    planted.push()

    done = planted.run("run", "-v")

    assert ExitCode.FINDINGS == done.code, done.err
    assert "invalid input syntax for type integer" in done.out
    assert [] == leaks(everything(planted, done.said))


def test_a_migration_that_would_hold_a_secret_is_not_offered(planted: PullRequestScene) -> None:
    planted.checkout.write(
        "schema.sql", SCHEMA + f"COMMENT ON TABLE users IS 'use {KEY} for payments';\n"
    )
    planted.checkout.commit()
    planted.push()
    head = planted.fake.head()

    done = planted.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.FINDINGS == done.code, done.err
    assert head == planted.fake.head()
    assert "equals a secret" in done.out
    assert [] == leaks(everything(planted, done.said))


def test_a_server_that_refuses_tells_no_secret(planted: PullRequestScene) -> None:
    url = f"postgres://jo:{quote(PASSWORD, safe='')}@127.0.0.1:1/db?sslpassword={KEY}"

    done = planted.run("run", "-v", SCHEMA_CI_DEV_URL=url)

    assert ExitCode.DATABASE == done.code
    assert [] == leaks(everything(planted, done.said))


@pytest.mark.parametrize(
    "argv",
    [
        ("schema", "inspect", f"postgres://jo:{quote(PASSWORD, safe='')}@127.0.0.1:1/db"),
        ("schema", "inspect", f"postgres://jo:{quote(PASSWORD, safe='')}@[bad/db"),
        ("diff", "--dev-url", f"postgres://jo:{quote(PASSWORD, safe='')}@127.0.0.1:1/db"),
        ("diff", "--dev-url", f"mysql://jo:{quote(PASSWORD, safe='')}@127.0.0.1:1/db"),
        ("diff", "--dev-url", f"{quote(PASSWORD, safe='')}"),
    ],
)
def test_a_url_on_the_command_line_is_told_masked(
    planted: PullRequestScene, argv: tuple[str, ...]
) -> None:
    done = planted.run(*argv)

    assert ExitCode.OK != done.code
    assert [] == leaks(everything(planted, done.said))
