"""Files that are judged without the directory that they are from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.intake import Intake, Sizes
from ci_runner.migrations.reader import alone, style_alone


def loose_files(paths: Sequence[str], sizes: Sizes) -> tuple[MigrationFile, ...]:
    """Their migrations, one in most. Raises SqlError for one that can't be read or is too large."""
    return tuple(each for path in paths for each in alone(path, _content(path, sizes)))


def style_of(files: Sequence[MigrationFile]) -> str:
    """The format that all of them speak of, `plain` where they differ or speak of none."""
    styles = {style_alone(each.content) for each in files}
    return styles.pop() if len(styles) == 1 else "plain"


def _content(path: str, sizes: Sizes) -> bytes:
    place = Path(path)
    return Intake(place.resolve().parent, sizes).read(place, path)
