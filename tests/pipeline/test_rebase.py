"""A rebase moves what is not merged, touches nothing else, and leads to the same schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import ProofError, SqlError, UsageError
from ci_runner.git import Git
from ci_runner.migrations.checksum import NAME, atlas_sum
from ci_runner.pipeline.rebase import Rebased, rebase
from ci_runner.pipeline.workspace import Workspace
from tests.checkout import Checkout

USERS = "CREATE TABLE users (id integer PRIMARY KEY, name text);\n"
CONFIG = '[[project]]\nname = "shop"\ndialect = "sqlite"\ndirectory = "m"\nformat = "{style}"\n'


def forked(root: Path, style: str = "plain", first: str = "1_users.sql") -> Checkout:
    """A branch `change` and `main`, of which each will get files of its own."""
    root.mkdir(exist_ok=True)
    checkout = Checkout(root)
    checkout.git("init", "--quiet", "--initial-branch=main")
    checkout.write("schema-ci.toml", CONFIG.format(style=style))
    checkout.write(f"m/{first}", USERS)
    checkout.commit("first")
    checkout.git("branch", "change")
    return checkout


def add(checkout: Checkout, branch: str, **files: str) -> None:
    """Commit files of the directory on one of the branches; `_` in a name stands for its point."""
    checkout.git("checkout", "--quiet", branch)
    for name, sql in files.items():
        checkout.write(f"m/{name[1:]}.sql", sql)
    checkout.commit("more")
    checkout.git("checkout", "--quiet", "change")


def rebased(checkout: Checkout, *, only_generated: bool = False) -> Rebased:
    git = Git(checkout.root)
    config, base, head = load(checkout.root, {}, {}, ()), git.merge_base("main"), git.head()
    workspace = Workspace(checkout.root, config, git, base, head, "main")
    with embedded(SQLITE) as server:
        (project,) = config.projects
        return rebase(server, workspace, project, head, only_generated=only_generated)


def test_files_move_behind_what_the_base_got_meanwhile(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _2_email="ALTER TABLE users ADD COLUMN email text;\n")
    add(checkout, "main", _2_other="CREATE TABLE other (id int);\n", _3_more="SELECT 1;\n")

    found = rebased(checkout)

    assert (("m/2_email.sql", "m/4_email.sql"),) == found.moves
    text = b"ALTER TABLE users ADD COLUMN email text;\n"
    assert {"m/2_email.sql": None, "m/4_email.sql": text} == found.changes
    assert "same schema" in found.proof


def test_after_the_merge_the_same_files_move(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _2_email="ALTER TABLE users ADD COLUMN email text;\n")
    add(checkout, "main", _3_other="CREATE TABLE other (id int);\n")
    checkout.git("merge", "--quiet", "--no-edit", "main")

    assert (("m/2_email.sql", "m/4_email.sql"),) == rebased(checkout).moves


def test_nothing_moves_that_comes_behind_already(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _9_email="ALTER TABLE users ADD COLUMN email text;\n")
    add(checkout, "main", _2_other="CREATE TABLE other (id int);\n")

    assert Rebased() == rebased(checkout)


def test_the_checksum_file_fits_what_the_branch_has(tmp_path: Path) -> None:
    first = "20260101000000_users.sql"
    checkout = forked(tmp_path / "r", "atlas", first)
    sql = "ALTER TABLE users ADD COLUMN email text;\n"
    add(checkout, "change", _20260201000000_email=sql)
    add(checkout, "main", _20260301000000_other="CREATE TABLE other (id int);\n")

    found = rebased(checkout)

    assert found.changes is not None
    new = "20260301000001_email.sql"
    listed = ((first, USERS.encode()), (new, sql.encode()))
    assert atlas_sum(listed) == found.changes[f"m/{NAME}"]
    assert sql.encode() == found.changes[f"m/{new}"]


def test_another_order_that_makes_another_schema_is_refused(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _2_drop="DROP TABLE IF EXISTS other;\n")
    add(checkout, "main", _3_other="CREATE TABLE other (id int);\n")

    with pytest.raises(ProofError, match="another schema") as refused:
        rebased(checkout)

    assert "other" in refused.value.said


def test_an_order_that_does_not_run_is_refused_with_its_place(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _2_name="UPDATE users SET name = '';\n")
    add(checkout, "main", _3_drop="ALTER TABLE users DROP COLUMN name;\n")

    with pytest.raises(SqlError, match="in their new order") as refused:
        rebased(checkout)

    assert "m/4_name.sql:1" in refused.value.where


def test_files_that_do_not_run_in_the_old_order_may_move(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    add(checkout, "change", _2_note="ALTER TABLE other ADD COLUMN note text;\n")
    add(checkout, "main", _3_other="CREATE TABLE other (id int);\n")

    found = rebased(checkout)

    assert (("m/2_note.sql", "m/4_note.sql"),) == found.moves
    assert "nothing to compare with" in found.proof


def test_a_merged_file_that_was_edited_stops_it(tmp_path: Path) -> None:
    checkout = forked(tmp_path / "r")
    checkout.git("checkout", "--quiet", "change")
    checkout.write("m/1_users.sql", USERS + "SELECT 1;\n")
    checkout.commit()

    with pytest.raises(UsageError, match="was edited") as refused:
        rebased(checkout)

    assert "m/1_users.sql" == refused.value.where
