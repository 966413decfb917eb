"""Read a migration directory from disk, and guess the format of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ci_runner.errors import SqlError
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.formats import FORMATS

LARGEST = 64 * 2**20


def files_on_disk(root: Path, path: str) -> Mapping[str, bytes]:
    """Content by name, for every file below `root`/`path`. Links that lead outside are refused."""
    folder = root / path
    if not folder.is_dir():
        raise SqlError(
            "the migration directory does not exist",
            where=path,
            next_step="create it, or correct `directory` in schema-ci.toml",
        )
    home = folder.resolve()
    found: dict[str, bytes] = {}
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        if not place.resolve().is_relative_to(home):
            raise SqlError("the link leads out of the migration directory", where=f"{path}/{name}")
        if not place.is_file():
            continue
        if place.stat().st_size > LARGEST:
            raise SqlError(f"the file is larger than {LARGEST >> 20} MiB", where=f"{path}/{name}")
        found[name] = place.read_bytes()
    return found


def read_files(path: str, format_name: str, files: Mapping[str, bytes]) -> Directory:
    """A directory from its files by name, in the format called `format_name`."""
    name = detect(files) if format_name == "auto" else format_name
    return FORMATS[name].read(path, files)


def detect(names: Iterable[str]) -> str:
    """The format that a directory's file names speak of; `atlas` for an empty one."""
    listed = [name for name in names if name.endswith(".sql")]
    if any(name.endswith(".up.sql") for name in listed):
        return "golang-migrate"
    if any(re.match(r"(?:.*/)?(?:[VUB]\d[\d._]*|R)__", name) for name in listed):
        return "flyway"
    if checksum.NAME in names or all(re.fullmatch(r"\d{14}_[^/]+", name) for name in listed):
        return "atlas"
    return "plain"
