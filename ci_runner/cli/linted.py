"""What `lint` found, as it is shown and as a baseline keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ci_runner.frozen import frozen
from ci_runner.lint import baseline
from ci_runner.lint.baseline import Baseline
from ci_runner.lint.rule import Finding
from ci_runner.log import Log
from ci_runner.pipeline.files import write_whole
from ci_runner.pipeline.reported import as_reported
from ci_runner.report.model import ReportedFinding


@frozen
class Linted:
    """`findings` that count from the severity `level` on, and those `known` by the baseline.

    `paths` are the files that were judged; all paths are relative to `root`.
    """

    findings: tuple[Finding, ...]
    known: tuple[Finding, ...]
    paths: tuple[str, ...]
    baseline: Baseline
    level: str
    root: Path


def within(root: Path, path: str) -> str:
    """`path` as the repository knows it; of a file outside, which no forge could show, the name."""
    place = (Path.cwd() / path).resolve()
    home = root.resolve()
    return place.relative_to(home).as_posix() if place.is_relative_to(home) else place.name


def shown(linted: Linted, files: Sequence[str] = ()) -> tuple[ReportedFinding, ...]:
    """The findings as they are reported; those on `files` under the names that were given."""
    given = {within(linted.root, each): each for each in files}
    return tuple(
        as_reported(replace(each, path=given[each.path]) if each.path in given else each)
        for each in linted.findings
    )


def keep_baseline(linted: Linted, path: str, log: Log) -> None:
    """Let the baseline at `path` hold what was found, besides what it knows of other files."""
    place = Path(path)
    before = baseline.load(place.read_bytes(), path) if place.is_file() else Baseline()
    known = [each for each in (*linted.findings, *linted.known) if each.fingerprint]
    after = before.renewed(linted.paths, known)
    write_whole(place, baseline.dump(after))
    gone = len(before.fingerprints - after.fingerprints)
    log.info(f"{path} holds {len(after.known)} findings; {gone} that were mended left it")
