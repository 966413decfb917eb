"""What a report must keep to before anybody goes by it, whoever wrote it.

Types are checked where JSON is read; here are sizes, counts, and texts that are more than text:
paths, commits, addresses, names. Free text may say anything: renderers see to it that it does
nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass

from ci_runner.report.model import Report

LONGEST = 1024 * 1024
_LONGEST_LINE = 4096
MOST = 100_000
_MOST_PROJECTS = 1_000
_LARGEST_NUMBER = 2**53

_COMMIT = re.compile(r"|[0-9a-f]{40}|[0-9a-f]{64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SITE = re.compile(r"|https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[\w.~%/-]*)?", re.ASCII)
_SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})", re.ASCII)
# What no line may hold: controls, and the two that end a line in Unicode.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LINES = frozenset(
    {"tool_version", "provider", "repository", "base", "reported_by"}
    | {"name", "dialect", "server", "format", "rule", "fingerprint"}
)
_COMMITS = frozenset({"head_sha", "base_sha", "committed"})
_ADDRESSES = frozenset({"web_url", "run_url"})
_PATHS = frozenset({"path", "directory", "superseded"})


def problems(report: Report) -> Iterator[str]:
    """Each thing that is wrong, as `projects[0].files[2].path: what`."""
    yield from _of_value(report, "", "")
    names = [project.name for project in report.projects]
    if len(set(names)) < len(names):
        yield "projects: two have the same name"
    if len(names) > _MOST_PROJECTS:
        yield f"projects: more than {_MOST_PROJECTS}"


def clean_path(path: str) -> bool:
    """Relative to the repository, with `/`, and the same however it is resolved."""
    parts = path.removeprefix("./").split("/")
    return (
        not _UNPRINTABLE.search(path)
        and "\\" not in path
        and not path.startswith("-")
        and {"", ".", ".."}.isdisjoint(parts)
    )


def shard(text: str) -> tuple[int, int] | None:
    """(2, 3) of `2/3`; None where it is no part of a whole."""
    found = _SHARD.fullmatch(text)
    if found is None or int(found[1]) > int(found[2]):
        return None
    return int(found[1]), int(found[2])


def _of_value(value: object, name: str, place: str) -> Iterator[str]:
    problem = ""
    if isinstance(value, str):
        problem = _of_text(value, name)
    elif isinstance(value, float) and not (math.isfinite(value) and value >= 0):
        problem = "no number from 0 on"
    elif isinstance(value, int) and not 0 <= value <= _LARGEST_NUMBER:
        problem = "no whole number from 0 on"
    elif isinstance(value, tuple):
        if len(value) > MOST:
            problem = f"more than {MOST} entries"
        else:
            for at, each in enumerate(value):
                yield from _of_value(each, name, f"{place}[{at}]")
    elif is_dataclass(value):
        for each in fields(value):
            below = f"{place}.{each.name}" if place else each.name
            yield from _of_value(getattr(value, each.name), each.name, below)
    if problem:
        yield f"{place}: {problem}"


def _of_text(text: str, name: str) -> str:
    """What is wrong with it, "" for nothing."""
    return next((says for is_so, says in _WRONG if is_so(text, name)), "")


def _no_line(text: str, name: str) -> bool:
    return name in _LINES | _PATHS and (
        len(text) > _LONGEST_LINE or _UNPRINTABLE.search(text) is not None
    )


def _no_path(text: str, name: str) -> bool:
    """A finding may be about no file at all, and a project may have the whole repository."""
    return name in _PATHS and text not in {"", "."} and not clean_path(text)


_WRONG: tuple[tuple[Callable[[str, str], bool], str], ...] = (
    (_no_line, f"no single line of at most {_LONGEST_LINE} characters"),
    (lambda text, _: len(text) > LONGEST, f"more than {LONGEST} characters"),
    (lambda text, _: "\0" in text, "a NUL character"),
    (lambda text, name: name in _COMMITS and not _COMMIT.fullmatch(text), "no commit's hash"),
    (lambda text, name: name == "sha256" and not _DIGEST.fullmatch(text), "no SHA-256"),
    (lambda text, name: name in _ADDRESSES and not _SITE.fullmatch(text), "no address of a page"),
    (lambda text, name: name == "shards" and shard(text) is None, "no part such as 2/3"),
    (_no_path, "no clean path inside of the repository"),
)
