"""What `schema-ci run` finds in a change, told to the pull request and by the exit code."""

from __future__ import annotations

from ci_runner.errors import ExitCode
from tests.checkout import FIRST, SCHEMA
from tests.e2e.conftest import PullRequestScene

INDEX = (
    "-- schema-ci would rather see it built beside the writes\nCREATE INDEX i ON users (name);\n"
)


def test_a15_a_finding_at_the_limit_fails_and_one_below_it_does_not_and_both_are_suggested(
    postgres_scene: PullRequestScene,
) -> None:
    scene = postgres_scene
    scene.checkout.write("migrations/20260202000000_i.sql", INDEX)
    scene.checkout.run("hash")
    scene.checkout.run("diff")
    scene.checkout.commit()
    scene.push()

    scene.environ["SCHEMA_CI_INLINE"] = "true"
    warned, failed = scene.run(), scene.run("run", "--fail-on", "warning")

    assert [ExitCode.OK, ExitCode.FINDINGS] == [warned.code, failed.code], failed.said
    assert "create-index-blocking" in scene.fake.comments[0]["body"]
    assert ["neutral", "failure"] == [each["conclusion"] for each in scene.fake.check_runs]
    on_line = scene.fake.review_comments[0]
    assert ("migrations/20260202000000_i.sql", 2) == (on_line["path"], on_line["line"])
    assert "```suggestion\n-- atlas:txmode none" in on_line["body"]
    assert "CREATE INDEX CONCURRENTLY i ON" in on_line["body"]


def test_how_a_file_is_written_is_told_to_people_and_not_of_what_we_wrote(
    postgres_scene: PullRequestScene,
) -> None:
    scene = postgres_scene
    scene.checkout.write("migrations/20260202000000_i.sql", INDEX)
    scene.checkout.run("hash")
    index = "CREATE INDEX j ON users (id, name);\n"
    scene.checkout.write("schema.sql", f"{SCHEMA}{INDEX}{index}ALTER TABLE users ADD a text;\n")

    scene.checkout.run("run", "--base", "main", "--no-publish")

    (project,) = scene.checkout.report()["projects"]
    about = {"lock-timeout-missing", "prefer-robust"}
    told = {each["path"] for each in project["findings"] if each["rule"] in about}
    assert {"migrations/20260202000000_i.sql"} == told
    planned = {each["path"] for each in project["files"] if each["status"] == "missing"}
    assert 2 == len(planned)


def test_the_short_form_is_a_single_file(postgres_scene: PullRequestScene) -> None:
    scene = postgres_scene
    scene.checkout.write("schema.sql", f"{SCHEMA}CREATE INDEX by_name ON users (name);\n")

    scene.run("diff", "--no-online")

    (name,) = set(scene.checkout.files()) - {
        "schema-ci.toml",
        "schema.sql",
        "migrations/atlas.sum",
        f"migrations/{FIRST}",
    }
    assert b"CREATE INDEX by_name" in scene.checkout.files()[name]


def test_an_edited_merged_file_is_a_finding_and_its_checksum_is_not_made_to_fit(
    scene: PullRequestScene,
) -> None:
    scene.checkout.write(f"migrations/{FIRST}", SCHEMA.replace("NOT NULL", ""))
    scene.checkout.commit("edit history")
    scene.push()
    head = scene.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.FINDINGS == done.code
    assert head == scene.fake.head()
    rules = {finding["rule"] for finding in scene.checkout.report()["projects"][0]["findings"]}
    assert {"checksum", "non-linear-history"} <= rules


def test_a_removed_merged_file_is_a_finding(scene: PullRequestScene) -> None:
    (scene.checkout.root / "migrations" / FIRST).unlink()
    scene.checkout.commit("forget history")
    scene.push()

    done = scene.run()

    assert ExitCode.FINDINGS == done.code
    assert "was merged and is removed here" in done.out


def test_projects_of_two_engines_share_one_report_and_one_comment(
    scene: PullRequestScene,
) -> None:
    names = {"accounts": "sqlite", "billing": "postgres", "catalog": "postgres"}
    config = "".join(
        f'[[project]]\nname = "{name}"\ndialect = "{dialect}"\ndirectory = "{name}"\n'
        'schema = "schema.sql"\n'
        for name, dialect in names.items()
    )
    scene.checkout.write("schema-ci.toml", config)
    for name in names:
        scene.checkout.write(f"{name}/.keep", "")
    scene.checkout.commit()
    scene.push()

    done = scene.run(SCHEMA_CI_COMMIT="push", SCHEMA_CI_DEV_URL="local://postgres")

    assert ExitCode.OK == done.code, done.err
    assert 1 == done.err.count("dev database: PostgreSQL")
    assert 1 == done.err.count("dev database: SQLite")
    assert 1 == len(scene.fake.comments)
    listed = scene.fake.git("ls-tree", "-r", "--name-only", scene.fake.head()).splitlines()
    for name in names:
        assert f"Project <code>{name}</code>" in scene.fake.comments[0]["body"]
        (path,) = (path for path in listed if path.startswith(f"{name}/") and ".sql" in path)
        assert "CREATE TABLE" in scene.show(path)


def test_in_sync_is_not_said_of_what_was_not_compared(postgres_scene: PullRequestScene) -> None:
    granted = "GRANT USAGE ON TYPE users TO pg_monitor;\n"
    postgres_scene.checkout.write("schema.sql", SCHEMA + granted)
    postgres_scene.checkout.commit()
    postgres_scene.push()

    done = postgres_scene.run()

    assert ExitCode.OK == done.code, done.err
    assert "only in the desired schema: grant on type public.users to pg_monitor" in done.out
    assert "as far as it is compared" in done.out
    assert "in what is compared; 1 object not compared" in postgres_scene.fake.comments[0]["body"]
    assert "neutral" == postgres_scene.fake.check_runs[0]["conclusion"]


def test_a_fork_chooses_nothing_of_the_dev_database(postgres_scene: PullRequestScene) -> None:
    scene = postgres_scene
    config = scene.checkout.root / "schema-ci.toml"
    config.write_text(config.read_text() + "\n[dev]\nsuperuser = true\nroles = 'mallory'\n")
    program = "COPY (SELECT 1) TO PROGRAM 'id';\n"
    scene.checkout.write("migrations/20990101000000_evil.sql", program)
    scene.checkout.commit("ask for more")
    scene.push()
    scene.fake.head_slug = "mallory/shop"

    done = scene.run("run", "--no-publish")

    assert "must be superuser" in done.out or "permission denied to COPY" in done.out
    assert "`dev.roles`, `dev.superuser` is taken as in main:schema-ci.toml" in done.err
    assert "pull request 7 is a fork's" in done.err
