"""Our own migration of a pull request: there is one, and it follows the desired schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ci_runner.frozen import frozen
from ci_runner.lint.notices import KEPT_MIGRATION
from ci_runner.lint.rule import Finding
from ci_runner.migrations import checksum, rebase
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.ours import maker
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.review import Reviewed
from ci_runner.report.elide import without_data

_EDITED = "was generated and edited by hand since, so it is kept"
_NEEDED = "was generated, and later files build on it, so it is kept"


@frozen
class Own:
    """Unmerged files that we made, down files too, and those of them that somebody edited."""

    files: tuple[MigrationFile, ...]
    edited: tuple[MigrationFile, ...]


def own(change: Change) -> Own:
    """What a pull request has of ours. A file on the base is nobody's any more: it is history."""
    merged = {file.name for file in (*change.base.files, *change.base.others)}
    new = [file for file in (*change.head.files, *change.head.others) if file.name not in merged]
    return Own(
        tuple(file for file in new if maker(file.content) == "ours"),
        tuple(file for file in new if maker(file.content) == "edited"),
    )


def renewed(review: Callable[[Change], Reviewed], change: Change) -> Reviewed:
    """The review with our own migration as it must be: as it is, replaced, or taken back.

    It is as it must be while the directory reaches the desired schema and it comes behind all that
    is on the base branch. Else another is made from the base and the files of others alone. One
    that somebody edited or that others build on stays, and a finding says what is missing.
    """
    found = own(change)
    as_is = review(change)
    missing = as_is.plan is not None and bool(as_is.plan.statements)
    if found.edited:
        return _kept(as_is, found.edited, _EDITED) if missing else as_is
    if _is_broken(change.head):
        return as_is
    displaced = any(_stands_before(file, change) for file in found.files if file.role == "up")
    if not found.files or not (missing or displaced or as_is.problem):
        return as_is
    again = review(replace(change, head=without(change.head, found.files)))
    if not again.problem:
        return _taken_back(again, found.files)
    if as_is.problem or not missing:
        return as_is
    return _kept(as_is, found.files, _NEEDED)


def _is_broken(head: Directory) -> bool:
    """Whether the checksum file does not fit: then nothing may be written, for it would fit."""
    has_one = head.checksum is not None or FORMATS[head.format].has_checksum
    return has_one and bool(checksum.verify(head))


def without(directory: Directory, files: tuple[MigrationFile, ...]) -> Directory:
    """`directory` without `files`, and with the checksum file that fits, if it has one."""
    left = replace(
        directory,
        files=tuple(file for file in directory.files if file not in files),
        others=tuple(file for file in directory.others if file not in files),
    )
    if directory.checksum is None:
        return left
    return replace(left, checksum=checksum.checksum_of(left))


def _taken_back(reviewed: Reviewed, files: tuple[MigrationFile, ...]) -> Reviewed:
    """With the checksum file that fits, also where nothing comes in the place of `files`."""
    head = reviewed.change.head
    written = dict(reviewed.files)
    if not written and head.checksum is not None:
        written[f"{head.path}/{checksum.NAME}"] = head.checksum
    return replace(reviewed, files=written, superseded=files)


def _kept(reviewed: Reviewed, files: tuple[MigrationFile, ...], why: str) -> Reviewed:
    """Nothing is written beside a file of ours that can't be replaced: there would be two."""
    plan = reviewed.plan
    statements = plan.statements if plan else ()
    sql = " ".join(f"{without_data(each.sql).rstrip()};" for each in statements)
    up = next((file for file in files if file.role == "up"), files[0])
    finding = Finding(
        KEPT_MIGRATION.id,
        KEPT_MIGRATION.severity,
        f"{up.name} {why}: it does not reach the desired schema any more",
        up.path,
        0,
        0,
        instead=f"add what is missing, or remove the file so that another is generated: {sql}",
    )
    return replace(reviewed, files={}, findings=(*reviewed.findings, finding))


def _stands_before(file: MigrationFile, change: Change) -> bool:
    """Whether a merged file, of the base branch as it is now, comes after `file` or is as one."""
    if file in change.files.behind:
        return True
    return change.upstream is not None and not rebase.is_behind(
        change.head.path, change.head.format, change.upstream, file
    )
