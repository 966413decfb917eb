"""A pull request keeps one migration of ours while its desired schema changes again and again."""

from __future__ import annotations

from ci_runner.errors import ExitCode
from tests.checkout import SCHEMA
from tests.e2e.conftest import BRANCH, PullRequestScene

ONE, TWO = ("email text",), ("email text", "phone text")


def ask(scene: PullRequestScene, columns: tuple[str, ...]) -> str:
    """The author pulls our commit, changes the desired schema and pushes."""
    checkout = scene.checkout
    checkout.git("fetch", "--quiet", "origin")
    checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    more = "".join(f",\n  {column}" for column in columns)
    checkout.write("schema.sql", SCHEMA.replace("\n);", f"{more}\n);"))
    checkout.commit("ask for something else")
    return scene.push()


def generated(scene: PullRequestScene) -> list[str]:
    listed = scene.fake.git("ls-tree", "--name-only", f"refs/heads/{BRANCH}:migrations")
    return [name for name in listed.splitlines() if name.startswith("20260203")]


def test_b9_b12_our_file_is_replaced_by_one_commit_and_taken_back_when_nothing_is_missing(
    scene: PullRequestScene,
) -> None:
    scene.run(SCHEMA_CI_COMMIT="push")
    (first,) = generated(scene)
    head = ask(scene, TWO)

    replaced = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == replaced.code, replaced.err
    (second,) = generated(scene)
    after = scene.fake.head()
    assert head == scene.fake.git("rev-parse", f"{after}^")
    message = scene.fake.git("log", "-1", "--format=%B", after)
    assert f"- migrations/{first} (removed)" in message
    assert 2 == scene.show(f"migrations/{second}").count("ADD COLUMN")
    assert "1 generated, 1 replaced" in scene.fake.comments[0]["body"]
    scene.checkout.git("fetch", "--quiet", "origin")
    scene.checkout.git("reset", "--quiet", "--hard", f"origin/{BRANCH}")
    assert ExitCode.OK == scene.checkout.run("validate").code

    ask(scene, ())
    gone = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == gone.code, gone.err
    assert [] == generated(scene)
    assert "chore(db): remove migration" in scene.fake.git("log", "-1", "--format=%s", BRANCH)
    body = scene.fake.comments[0]["body"]
    assert "1 migration taken back" in body
    assert second.replace("_", "&#95;") in body


def test_an_edit_of_our_file_is_kept_and_what_is_missing_is_told(scene: PullRequestScene) -> None:
    scene.run(SCHEMA_CI_COMMIT="push")
    (name,) = generated(scene)
    ask(scene, TWO)
    path = scene.checkout.root / "migrations" / name
    path.write_text(path.read_text() + "UPDATE users SET email = '';\n")
    scene.checkout.run("hash")
    scene.checkout.commit("fill it")
    head = scene.push()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.FINDINGS == done.code, done.err
    assert head == scene.fake.head()
    body = scene.fake.comments[0]["body"]
    assert "kept-migration" in body
    assert "ALTER TABLE users ADD COLUMN phone TEXT" in body
