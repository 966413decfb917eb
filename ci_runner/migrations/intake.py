"""Read SQL files that a stranger may have written: so many, so large, and none from elsewhere."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISREG

from ci_runner.dialects.guard import raise_it
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen

# Each is kept as a value of some 250 bytes: more than any history of migrations has.
MOST_STATEMENTS = 1_000_000


@frozen
class Sizes:
    """How much is read for one directory or desired schema: MiB of a file and in all, and files."""

    file_megabytes: int = 64
    total_megabytes: int = 256
    files: int = 20_000


USUAL = Sizes()


class Intake:
    """Reads files that are, links resolved, below `home`, and counts them.

    `read` raises SqlError for a file that leads elsewhere or is too large, and once there are too
    many.
    """

    def __init__(self, home: Path, sizes: Sizes = USUAL) -> None:
        self._home = home.resolve()
        self._inside: dict[Path, bool] = {}
        self._sizes = sizes
        self._files = 0
        self._bytes = 0

    def read(self, place: Path, shown: str) -> bytes:
        """The content of `place`, which messages call `shown`."""
        if not (self._is_inside(place) if place.is_symlink() else self._has(place.parent)):
            raise SqlError("the link leads out of its directory", where=shown)
        try:
            known = place.stat()
        except OSError as broken:
            raise _no_file(shown) from broken
        if not S_ISREG(known.st_mode):
            raise _no_file(shown)
        self._files += 1
        if self._files > self._sizes.files:
            raise _too_much(f"there are more than {self._sizes.files} files", "files", shown)
        most = self._sizes.file_megabytes * 2**20
        # Python makes room for as much as it is to read, so not for the most each time.
        with place.open("rb") as opened:
            content = opened.read(min(known.st_size, most) + 1)
        if len(content) > most:
            size = f"the file is larger than {self._sizes.file_megabytes} MiB"
            raise _too_much(size, "file-megabytes", shown)
        self._bytes += len(content)
        if self._bytes > self._sizes.total_megabytes * 2**20:
            size = f"the files are larger than {self._sizes.total_megabytes} MiB in all"
            raise _too_much(size, "total-megabytes", shown)
        return content

    def _has(self, folder: Path) -> bool:
        """Whether what lies in `folder` lies below `home`: each is resolved once."""
        if folder not in self._inside:
            self._inside[folder] = self._is_inside(folder)
        return self._inside[folder]

    def _is_inside(self, place: Path) -> bool:
        return place.resolve().is_relative_to(self._home)


def _no_file(shown: str) -> SqlError:
    return SqlError("it is no regular file", where=shown, next_step="remove it")


def _too_much(what: str, option: str, shown: str) -> SqlError:
    return SqlError(what, where=shown, next_step=raise_it(f"limits.{option}"))
