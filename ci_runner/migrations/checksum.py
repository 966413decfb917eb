"""The checksum file of Atlas, `atlas.sum`: written byte for byte as Atlas does, and verified.

Each file's hash covers the names and contents of all files up to it, so one edit shows as a chain
of differences whose first link is the culprit.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.migrations.directory import Directory

NAME = "atlas.sum"
_LINE = re.compile(r"(?P<name>.+) h1:(?P<hash>[A-Za-z0-9+/]{43}=)")
# The first line only, and nothing behind the word: ariga/atlas, sql/migrate/dir.go, reDirective.
_DIRECTIVE = re.compile(rb"[ -~]*atlas:(?P<name>\w+)(?: +(?P<mode>[ -~]*))*")


@frozen
class ChecksumProblem:
    """One difference between checksum file and directory; `file` is relative to the directory."""

    kind: Literal["missing", "malformed", "edited", "added", "removed"]
    file: str
    line: int
    message: str


def atlas_sum(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The content of atlas.sum for (name, content), in the order of their names as in Atlas.

    A file that begins with `-- atlas:sum ignore` lends its name to the hashes and has no line.
    """
    entries = _entries(files)
    total = hashlib.sha256()
    for name, digest in entries.items():
        total.update(name.encode())
        total.update(digest.encode())
    lines = [f"h1:{base64.b64encode(total.digest()).decode()}"]
    lines += [f"{name} h1:{digest}" for name, digest in entries.items()]
    return ("\n".join(lines) + "\n").encode()


def _entries(files: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    running = hashlib.sha256()
    entries = {}
    for name, content in sorted(files):
        running.update(name.encode())
        if _ignored(content):
            continue
        running.update(content)
        entries[name] = base64.b64encode(running.digest()).decode()
    return entries


def _ignored(content: bytes) -> bool:
    found = _DIRECTIVE.match(content)
    return found is not None and (found["name"], found["mode"]) == (b"sum", b"ignore")


def checksum_of(directory: Directory) -> bytes:
    """The checksum file that fits the directory as it is."""
    return atlas_sum((file.name, file.content) for file in directory.files)


def verify(directory: Directory) -> tuple[ChecksumProblem, ...]:
    """Empty when the checksum file fits the directory; an empty directory needs none."""
    if directory.checksum is None:
        if not directory.files:
            return ()
        return (ChecksumProblem("missing", NAME, 0, f"{NAME} is missing"),)
    expected = checksum_of(directory)
    if directory.checksum.replace(b"\r\n", b"\n") == expected:
        return ()
    recorded = _recorded(directory.checksum)
    if recorded is None:
        return (ChecksumProblem("malformed", NAME, 1, f"{NAME} is not a checksum file"),)
    problems = tuple(_differences(directory, recorded))
    return problems or (
        ChecksumProblem("malformed", NAME, 1, f"the first line of {NAME} does not fit the rest"),
    )


def _recorded(content: bytes) -> dict[str, tuple[str, int]] | None:
    """Hash and line by file name; None when the text is of another form."""
    lines = content.decode(errors="replace").splitlines()
    if not lines or not lines[0].startswith("h1:"):
        return None
    found: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(lines[1:], 2):
        entry = _LINE.fullmatch(line)
        if entry is None:
            return None
        found[entry["name"]] = (entry["hash"], number)
    return found


def _differences(
    directory: Directory, recorded: dict[str, tuple[str, int]]
) -> Iterable[ChecksumProblem]:
    """Missing and unknown names; else the first file whose hash breaks the chain."""
    entries = _entries((file.name, file.content) for file in directory.files)
    for name, (_, number) in recorded.items():
        if name not in entries:
            message = f"{name} is in {NAME} and not in the directory"
            yield ChecksumProblem("removed", name, number, message)
    for name in entries:
        if name in recorded:
            continue
        message = f"{name} is in the directory and not in {NAME}"
        yield ChecksumProblem("added", name, 0, message)
    if entries.keys() != recorded.keys():
        return
    for name, digest in entries.items():
        if recorded[name][0] != digest:
            message = f"{name} was edited, or the files before it are in another order"
            yield ChecksumProblem("edited", name, recorded[name][1], message)
            return
