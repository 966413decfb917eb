"""Read a migration directory from disk, and guess the format of one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ci_runner.errors import ConfigError, SqlError
from ci_runner.migrations import checksum
from ci_runner.migrations.changelog import entries
from ci_runner.migrations.directory import Directory, MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.intake import USUAL, Intake, Sizes

# Migrations in Go: seen, so that they can be named.
_CODE = re.compile(r"\d+_.+(?<!_test)\.go")
# The line that opens the way forward, or the file. A pattern that begins with plain characters is
# looked for a dozen times faster than one that begins with `^`.
_SIGNS = (
    (
        "goose",
        re.compile(rb"--(?<=^--)[ \t]*\+goose[ \t]+Up[ \t\r]*$", re.MULTILINE | re.IGNORECASE),
    ),
    ("dbmate", re.compile(rb"--(?<=^--)\s*migrate:up(?:\s|\Z)", re.MULTILINE)),
    ("liquibase", re.compile(rb"\A(?:\xef\xbb\xbf)?\s*--\s*liquibase\s*formatted", re.IGNORECASE)),
)


def files_on_disk(root: Path, path: str, sizes: Sizes = USUAL) -> Mapping[str, bytes]:
    """Content by name, for every file below `root`/`path` that some format reads.

    Links that lead out of the directory, a directory outside of `root`, and more than `sizes` are
    refused.
    """
    folder = root / path
    if not folder.is_dir():
        raise SqlError(
            "the migration directory does not exist",
            where=path,
            next_step="create it, or correct `directory` in schema-ci.toml",
        )
    home = folder.resolve()
    if not home.is_relative_to(root.resolve()):
        raise SqlError("the migration directory leads out of the repository", where=path)
    found: dict[str, bytes] = {}
    intake = Intake(home, sizes)
    for name, entry in sorted(_entries(folder), key=lambda each: each[0].split("/")):
        shown, place = f"{path}/{name}", Path(entry.path)
        if entry.is_symlink() and not place.resolve().is_relative_to(home):
            raise SqlError("the link leads out of the migration directory", where=shown)
        if entry.is_file():
            found[name] = intake.read(place, shown)
    return found


def _entries(folder: Path, within: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """By name relative to the folder: files that are read, and links to folders, not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{within}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(folder / entry.name, f"{name}/")
            elif _is_read(entry.name) or entry.is_dir() or _lists_others(entry):
                yield name, entry


def _is_read(name: str) -> bool:
    return (
        name.endswith((".sql", ".sql.conf"))
        or name == checksum.NAME
        or _CODE.fullmatch(name) is not None
    )


def _lists_others(entry: os.DirEntry[str]) -> bool:
    """Whether it is a changelog, which its first lines tell."""
    if not entry.name.lower().endswith(entries.NAMES) or not entry.is_file():
        return False
    with Path(entry.path).open("rb") as opened:
        return entries.is_changelog(entry.name, opened.read(entries.HEAD))


def read_files(path: str, format_name: str, files: Mapping[str, bytes]) -> Directory:
    """A directory from its files by name, in the format called `format_name`, or `auto`."""
    name = detect(files) if format_name == "auto" else format_name
    if name not in FORMATS:
        raise ConfigError(
            f"unknown format {name}", where=path, next_step=f"use auto, {', '.join(FORMATS)}"
        )
    return FORMATS[name].read(path, files)


def detect(files: Mapping[str, bytes]) -> str:
    """The format that a directory's files speak of, by their names or by what they say inside.

    `atlas` for an empty one, so that it starts with a checksum file. Where files have none, only
    the order of their names counts: nobody promised more.
    """
    listed = [name for name in files if name.endswith(".sql")]
    if any(re.fullmatch(r"\d+_[^/]+\.up\.sql", name) for name in listed):
        return "golang-migrate"
    if any(re.match(r"(?:.*/)?(?:[VUB]\d[\d._]*|R)__", name) for name in listed):
        return "flyway"
    if any(entries.is_changelog(name, content) for name, content in files.items()):
        return "liquibase"
    for name in listed:
        if said := _said(files[name]):
            return said
    if checksum.NAME in files or not listed:
        return "atlas"
    return "plain"


def style_alone(content: bytes) -> str:
    """The format of a file whose directory is not known: what it says inside, else `plain`."""
    return _said(content) or "plain"


def alone(path: str, content: bytes) -> tuple[MigrationFile, ...]:
    """The migrations in a file whose directory is not known: one, but of change sets each."""
    style = style_alone(content)
    folder, _, name = path.rpartition("/")
    if style == "liquibase":
        several = FORMATS[style].read(folder or ".", {name: content}).files
        return tuple(replace(each, path=path) for each in several)
    return (MigrationFile(path, path, content, "", ""),)


def _said(content: bytes) -> str:
    return next((style for style, line in _SIGNS if line.search(content)), "")
