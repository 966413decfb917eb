"""The hand-written slice of GitLab's API against python-gitlab: both were made of the same docs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from gitlab.v4 import objects

import tests.fakes.gitlab
from tests.fakes.contract import Contract

SLICE: Any = yaml.safe_load(
    Path(tests.fakes.gitlab.__file__).with_name("gitlab-openapi.yaml").read_text()
)
# What came to GitLab after python-gitlab wrote its lists; docs.gitlab.com/api/commits, notes.
NEWER = {"pipeline_id", "internal", "created_at", "start_branch", "start_sha", "force"}


def body(path: str) -> Any:
    schema = SLICE["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    return SLICE["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


@pytest.mark.parametrize(
    ("path", "manager"),
    [
        ("merge_requests/{iid}/notes", objects.ProjectMergeRequestNoteManager),
        ("merge_requests/{iid}/discussions", objects.ProjectMergeRequestDiscussionManager),
        ("statuses/{sha}", objects.ProjectCommitStatusManager),
        ("repository/commits", objects.ProjectCommitManager),
    ],
)
def test_b22_what_is_sent_is_what_python_gitlab_knows(path: str, manager: Any) -> None:
    ours, theirs = body(f"/projects/{{id}}/{path}"), manager._create_attrs

    assert set(theirs.required) == set(ours["required"])
    assert set(ours["properties"]) - NEWER <= {*theirs.required, *theirs.optional}


@pytest.mark.parametrize(
    ("verb", "path", "sent"),
    [
        ("POST", "/projects/a/b/merge_requests/7/notes", {"text": "no body"}),
        ("POST", "/projects/a/b/statuses/abc", {"state": "neutral"}),
        ("POST", "/projects/a/b/repository/commits", {"branch": "x", "commit_message": "m"}),
        ("PATCH", "/projects/a/b/merge_requests/7", {}),
    ],
)
def test_b22_the_contract_refuses_what_gitlab_would(verb: str, path: str, sent: Any) -> None:
    with pytest.raises(AssertionError):
        Contract(SLICE, frozenset({"id"})).request(verb, path, sent)
