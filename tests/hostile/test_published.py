"""A hostile pull request through a whole run, on real servers: what anybody gets to see of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA, Done, new_checkout
from tests.e2e.conftest import PullRequestScene
from tests.fakes.github import FakeGitHub
from tests.hostile.outputs import (
    GITHUB,
    LIVE,
    shape_of_xml,
    shown,
    unseen,
    unwanted_in_json,
    unwanted_in_log,
    unwanted_in_markdown,
)
from tests.report.hostile import HOSTILE

SITE = "https://github.invalid/acme/shop/"
TEXTS = [text.replace("\x00", "") for text in HOSTILE if text.strip()]
BRANCH = "`</details>-->@everyone-#1-<!--||$x$-::error-\u202e-&lt;b&gt;".replace(":", ";")
_MASK = "::add-mask::"
FILE = "migrations/2026020200000{}_`<b>#1 @all ::error::.sql"


@dataclass(frozen=True)
class Told:
    """All that one run told anybody."""

    done: Done
    fake: FakeGitHub
    reports: dict[str, str]


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def name(text: str, number: int) -> str:
    """A quoted identifier; servers cut long ones."""
    short = f"{number} {text}".encode()[:60].decode(errors="ignore")
    return '"' + short.replace('"', '""') + '"'


def tables() -> str:
    return "".join(
        f"CREATE TABLE {name(text, number)} ({name(text, 0)} text);\n"
        for number, text in enumerate(TEXTS)
    )


@dataclass
class HostileScene:
    """`folder` holds the checkout, and the forge's bare repository."""

    folder: Path
    dialect: str

    def told(self, files: Mapping[str, str], **environ: str) -> Told:
        """What is told of a pull request that brings `files`."""
        checkout = new_checkout(self.folder / "work", self.dialect)
        bare = self.folder / "bare.git"
        checkout.git("init", "--quiet", "--bare", "-b", "main", str(bare))
        checkout.git("remote", "add", "origin", str(bare))
        checkout.git("push", "--quiet", "origin", "main")
        checkout.git("checkout", "--quiet", "-b", "work")
        for path, content in files.items():
            checkout.write(path, content)
        assert 0 == checkout.run("hash").code
        checkout.commit("fixes #1 @everyone")
        checkout.git("push", "--quiet", "origin", f"HEAD:refs/heads/{BRANCH}")
        with FakeGitHub(bare, BRANCH) as fake:
            scene = PullRequestScene(fake, checkout, self.folder, branch=BRANCH)
            done = scene.run("run", "-v", SCHEMA_CI_API_MAX_WAIT="0", **environ)
        assert [] == fake.violations
        folder = checkout.root / "schema-ci-report"
        files = {each.name: each.read_text("utf-8") for each in folder.glob("report.*")}
        return Told(done, fake, files)


def unwanted(told: Told) -> Iterator[str]:
    """Each thing that somebody would obey, follow or be misled by, with where it is."""
    fake, reports = told.fake, told.reports
    for where, text in (("stdout", told.done.out), ("stderr", told.done.err)):
        theirs = "".join(line for line in text.splitlines(True) if not line.startswith(_MASK))
        yield from (f"{where}: {each}" for each in unwanted_in_log(theirs))
    bodies = {
        "comment": fake.comments[0]["body"].partition("\n")[2],
        "check": fake.check_runs[-1]["output"]["summary"],
        "report.md": reports["report.md"],
    }
    for where, body in bodies.items():
        found = unwanted_in_markdown(GITHUB.parse(body), SITE)
        yield from (f"{where}: {each}" for each in found)
    title = fake.check_runs[-1]["output"]["title"]
    yield from (f"title: {each}" for each in unseen(title))
    for note in (each for run in fake.annotations.values() for each in run):
        for key in ("title", "message"):
            yield from (f"annotation: {each}" for each in unseen(note[key]))
    for each in ("report.json", "report.sarif", "report.codequality.json"):
        yield from (f"{each}: {bad}" for bad in unwanted_in_json(reports[each]))
    for each in ("report.sarif", "report.codequality.json"):
        texts = shown(json.loads(reports[each]))
        yield from (f"{each}: {bad}" for text in texts for bad in unseen(text))
    junit = reports["report.junit.xml"]
    assert shape_of_xml(junit)
    yield from (f"junit: {bad}" for bad in unseen(junit.replace("\u200b", "")))


def test_t5_t8_names_of_tables_columns_files_and_branches_do_nothing(tmp_path: Path) -> None:
    files = {FILE.format(1): f"DROP TABLE users;\n{tables()}", "schema.sql": tables() + SCHEMA}

    told = HostileScene(tmp_path, "sqlite").told(files)

    assert ExitCode.FINDINGS == told.done.code
    assert [] == list(unwanted(told))
    assert len(TEXTS) <= told.done.out.count("require-pk")


def test_t5_t8_what_sqlite_says_of_errors_does_nothing(tmp_path: Path) -> None:
    projects = range(len(TEXTS))
    files = {f"m{each}/1_x.sql": f"SELECT * FROM {name(TEXTS[each], 1)};\n" for each in projects}
    files["schema-ci.toml"] = "".join(
        f'[[project]]\nname = "p{each}"\ndialect = "sqlite"\ndirectory = "m{each}"\n'
        for each in projects
    )

    told = HostileScene(tmp_path, "sqlite").told(files)

    assert ExitCode.FINDINGS == told.done.code, told.done.err
    assert len(TEXTS) <= told.done.out.count("no such table: 1 ")
    assert [] == list(unwanted(told))


def test_t5_t8_what_postgresql_says_does_nothing(tmp_path: Path, given_url: str) -> None:
    raised = ", ".join(
        f"{part} = {literal(chr(10).join(TEXTS))}" for part in ("MESSAGE", "DETAIL", "HINT")
    )
    notices = "\n".join(f"  RAISE NOTICE '%', {literal(text)};" for text in TEXTS)
    sql = f"DO $do$ BEGIN\n{notices}\n  RAISE EXCEPTION USING {raised};\nEND $do$;\n"
    files = {
        FILE.format(1): f"DO $do$ BEGIN\n{notices}\nEND $do$;\n",
        FILE.format(2): sql,
        "schema.sql": tables() + SCHEMA,
    }

    told = HostileScene(tmp_path, "postgres").told(files, SCHEMA_CI_DEV_URL=given_url)

    assert ExitCode.FINDINGS == told.done.code, told.done.err
    assert "owned" in told.done.out
    assert [] == list(unwanted(told))


def test_t6_t20_a_commit_message_and_its_files_are_harmless(tmp_path: Path) -> None:
    told = HostileScene(tmp_path, "sqlite").told(
        {"schema.sql": tables() + SCHEMA}, SCHEMA_CI_COMMIT="push"
    )

    assert ExitCode.OK == told.done.code, told.done.err
    assert [] == list(unwanted(told))
    message = told.fake.git("log", "-1", "--format=%B", told.fake.head())
    assert "Schema-CI-Run" in message
    assert [] == [bad for line in message.splitlines() for bad in unwanted_in_log(line)]
    assert not LIVE.search(re.sub("[0-9a-f]{40}", "", message))
    made = told.fake.git("diff-tree", "-r", "--name-only", "HEAD", told.fake.head()).splitlines()
    assert all(re.fullmatch(r"migrations/[\w.-]+|schema\.sql", path) for path in made), made
