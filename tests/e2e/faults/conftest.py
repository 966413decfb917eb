"""The pull request that each rehearsal is a copy of, and the calls of a run that goes well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import PullRequestScene, new_scene
from tests.e2e.faults.soundness import Call, calls_of, complete, rehearsal, unsound
from tests.e2e.gitlab_scene import new_merge_request


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> PullRequestScene:
    """Its forge does not run."""
    return new_scene(tmp_path_factory.mktemp("template") / "scene", "sqlite")


@pytest.fixture(scope="session")
def calls(template: PullRequestScene, tmp_path_factory: pytest.TempPathFactory) -> list[Call]:
    """Those of a run that commits, comments and checks."""
    with rehearsal(template, tmp_path_factory.mktemp("clean") / "scene") as case:
        done = case.run()
        assert complete(case, done), done.err
        assert [] == list(unsound(case, done))
        found = calls_of(case.fake.requests)
    assert 10 < len(found) < 30
    return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What rehearsals are copied from: the bare repository, and the job's work tree."""
    made = tmp_path_factory.mktemp("template") / "scene"
    made.mkdir()
    new_merge_request(made)
    return made
