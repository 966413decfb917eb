"""The options of the commit."""

from __future__ import annotations

import pytest

from ci_runner.config.commits import Author, Commits, commits
from ci_runner.config.values import Value, Values
from ci_runner.errors import ConfigError

VALUES = {
    "publish.commit": "push",
    "publish.max-auto-commits": 2,
    "publish.skip-ci": False,
    "publish.commit-drafts": False,
    "publish.commit-author": "Jo Doe <jo@example.org>",
}


def said(**more: object) -> Values:
    whole = {**VALUES, **{f"publish.{name.replace('_', '-')}": each for name, each in more.items()}}
    return Values({key: Value(each, "schema-ci.toml:4") for key, each in whole.items()})


def test_what_the_file_says_is_what_is_done() -> None:
    author = Author("Jo Doe", "jo@example.org")

    assert Commits("push", 2, drafts=False, author=author) == commits(said())


@pytest.mark.parametrize(
    "text", ["Jo Doe", "<jo@example.org>", "Jo <jo>", "Jo\n <jo@x>", "Jo <a@b> <c@d>"]
)
def test_b12_an_author_that_git_would_not_take_is_told_with_its_place(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        commits(said(commit_author=text))

    assert "schema-ci.toml:4" in str(refused.value)
