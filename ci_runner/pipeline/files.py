"""Write files into a work tree: each whole or not at all, none outside of its folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ci_runner.errors import SqlError, UsageError


def write_migrations(
    root: Path, directory: str, files: Mapping[str, bytes], removed: Sequence[str] = ()
) -> None:
    """Write generated files (by path in the repository) into the migration directory.

    Those that they take the place of are `removed`. All or none: when one can't be written, the
    others are taken back. The checksum file comes last. Raises SqlError for a path that leads
    elsewhere, UsageError when the disk refuses.
    """
    places = {_inside(root, directory, path): content for path, content in _checksum_last(files)}
    going = [_inside(root, directory, path) for path in removed if path not in files]
    before: dict[Path, bytes | None] = {}
    try:
        for place in going:
            before[place] = place.read_bytes()
            place.unlink()
        for place, content in places.items():
            before[place] = place.read_bytes() if place.exists() else None
            place.parent.mkdir(parents=True, exist_ok=True)
            write_whole(place, content)
    except OSError as failed:
        _take_back(before)
        raise UsageError(
            "the migration could not be written", where=directory, said=str(failed)
        ) from failed
    except BaseException:
        _take_back(before)
        raise


def _checksum_last(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """By path, the checksum file behind the files that it speaks of."""
    return sorted(files.items(), key=lambda each: (each[0].endswith(".sum"), each[0]))


def _inside(root: Path, directory: str, path: str) -> Path:
    """Where `path` is written. Raises SqlError when that is not in the migration directory."""
    home = (root / directory).resolve()
    if not home.is_relative_to(root.resolve()):
        raise SqlError("the migration directory leads out of the repository", where=directory)
    place = root / path
    if place.is_symlink() or not place.resolve().is_relative_to(home):
        raise SqlError("refusing to write outside the migration directory", where=path)
    return place


def _take_back(before: Mapping[Path, bytes | None]) -> None:
    for place, content in before.items():
        if content is None:
            place.unlink(missing_ok=True)
        else:
            write_whole(place, content)


def write_whole(place: Path, content: bytes) -> None:
    """Through a temporary file beside it, so that nobody ever sees half of it."""
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".schema-ci-")
    try:
        with os.fdopen(handle, "wb") as output:
            output.write(content)
        Path(name).chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
