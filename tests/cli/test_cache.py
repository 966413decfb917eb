"""A report is the same whatever the cache holds; the build decides who may write there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done, add_column, new_checkout

SECRET = "of the CI, and 16 characters or more"
RUN = ("run", "--base", "main", "--no-publish")


@pytest.fixture(scope="module")
def change(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A pull request with a new file on two merged ones, that lacks another one."""
    return changed(new_checkout(tmp_path_factory.mktemp("sqlite")))


def changed(checkout: Checkout) -> Checkout:
    checkout.write("migrations/20260102000000_more.sql", "CREATE TABLE more (id integer);\n")
    checkout.run("hash")
    checkout.commit("second")
    checkout.git("checkout", "--quiet", "-b", "change")
    checkout.write("migrations/20260103000000_new.sql", "DROP TABLE more;\n")
    checkout.run("hash")
    add_column(checkout)
    checkout.commit("third")
    return checkout


def timeless(text: str) -> str:
    return re.sub(r"\b[0-9.]+ m?s\b", "0 ms", text)


def snapshots(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.snapshot"))


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_no_cold_warm_and_damaged_cache_give_one_report(
    change: Checkout, tmp_path: Path, dialect: str
) -> None:
    checkout, cache = change, tmp_path / "cache"
    if dialect != "sqlite":
        checkout = changed(new_checkout(tmp_path / "checkout", dialect))
    given = (*RUN, "--cache-dir", str(cache))

    without = checkout.run_anew(*RUN)
    expected = checkout.timeless_report()

    def again() -> Done:
        done = checkout.run(*given, SCHEMA_CI_CACHE_SECRET=SECRET)
        assert without.code == done.code, done.err
        assert timeless(without.out) == timeless(done.out)
        assert expected == checkout.timeless_report()
        assert SECRET not in done.said
        return done

    again()
    assert "2 of 2 merged files come from a snapshot" in again().err
    (kept,) = snapshots(cache)
    kept.write_bytes(kept.read_bytes()[:-1])
    assert "is not used: it is damaged, or signed with another secret" in again().err
    assert "2 of 2 merged files come from a snapshot" in again().err


def test_another_secret_makes_a_stranger_of_a_snapshot(change: Checkout, tmp_path: Path) -> None:
    given = (*RUN, "--cache-dir", str(tmp_path / "cache"))
    change.run(*given, SCHEMA_CI_CACHE_SECRET=SECRET)

    done = change.run(*given, SCHEMA_CI_CACHE_SECRET=SECRET[::-1])

    assert "signed with another secret" in done.err
    assert "come from a snapshot" not in done.err


def test_without_a_secret_the_machine_has_a_key_of_its_own(
    change: Checkout, tmp_path: Path
) -> None:
    given = (*RUN, "--cache-dir", str(tmp_path / "cache"))
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "new").mkdir(mode=0o700)
    home, new = ({"HOME": str(tmp_path / name), "XDG_CACHE_HOME": ""} for name in ("home", "new"))
    change.run(*given, **home)

    assert "come from a snapshot" in change.run(*given, **home).err
    assert "signed with another secret" in change.run(*given, **new).err


def test_without_home_and_secret_nothing_is_kept(change: Checkout, tmp_path: Path) -> None:
    done = change.run(*RUN, "--cache-dir", str(tmp_path / "cache"), XDG_CACHE_HOME="")

    assert "no snapshots: set SCHEMA_CI_CACHE_SECRET" in done.err
    assert [] == snapshots(tmp_path / "cache")


@pytest.mark.parametrize(("slug", "several"), [("acme/shop", 1), ("stranger/shop", 0)])
def test_a_fork_s_run_leaves_no_snapshot(
    change: Checkout, tmp_path: Path, slug: str, several: int
) -> None:
    pull = {
        "number": 7,
        "head": {"sha": "a" * 40, "ref": "change", "repo": {"full_name": slug}},
        "base": {"sha": "b" * 40, "ref": "main", "repo": {"full_name": "acme/shop"}},
    }
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": pull}))
    environ = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_API_URL": "https://api.invalid",
        "GITHUB_EVENT_PATH": str(event),
        "SCHEMA_CI_CACHE_SECRET": SECRET,
        "SCHEMA_CI_CACHE_DIR": str(tmp_path / "cache"),
    }

    done = change.run("lint", "--base", "main", **environ)

    assert done.code in {ExitCode.OK, ExitCode.FINDINGS}, done.err
    assert several == len(snapshots(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f'cache-secret = "{SECRET}"', "may not stand in the configuration file"),
        ('cache-dir = "../elsewhere"', "leads out of the repository"),
        ('cache-dir = "/tmp/cache"', "leads out of the repository"),
    ],
)
def test_the_file_names_no_secret_and_no_folder_elsewhere(
    tmp_path: Path, line: str, said: str
) -> None:
    checkout = Checkout(tmp_path)
    checkout.write("schema-ci.toml", f'[[project]]\ndialect = "sqlite"\n[dev]\n{line}\n')

    done = checkout.run(*RUN)

    assert ExitCode.CONFIG == done.code
    assert said in done.err
    assert SECRET not in done.said


def test_a_short_secret_is_refused_and_not_repeated(change: Checkout) -> None:
    done = change.run(*RUN, SCHEMA_CI_CACHE_SECRET="short-secret")

    assert ExitCode.CONFIG == done.code
    assert "shorter than 16 characters" in done.err
    assert "short-secret" not in done.said
