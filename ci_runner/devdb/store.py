"""Signed snapshots in a folder: what another hand wrote, or a disk broke, is not read.

A snapshot of PostgreSQL is a data folder, and whoever writes one can make himself superuser in it.
No look at the content could tell; so a snapshot is used only if its signature proves that it was
written by who has our key (docs/decisions/0014-snapshots-are-signed.md).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ci_runner.frozen import frozen

SUFFIX = ".snapshot"
MOST_BYTES = 512 * 2**20
_MAGIC = b"schema-ci snapshot 1\n"
_NAME = re.compile(r"[0-9a-f]{64}")
_DIGEST = 32
_HEADER = len(_MAGIC) + 2 * _DIGEST
_LEFT_ALONE = ".writing-"


@frozen
class Unusable:
    """Why a snapshot is not used."""

    reason: str


def signing_key(secret: str) -> bytes:
    """The key that a secret of any length stands for."""
    return hashlib.sha256(b"schema-ci snapshots\0" + secret.encode()).digest()


@frozen
class Store:
    """Snapshots by name: 64 hexadecimal digits that say what is in them.

    `key` signs them and is repeated nowhere; `most` is how many bytes the folder may hold.
    """

    folder: Path
    key: bytes
    most: int = MOST_BYTES

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"

    def names(self) -> frozenset[str]:
        """Those that are there, readable or not; none where the folder is not there."""
        try:
            places = list(self.folder.iterdir())
        except OSError:
            return frozenset()
        return frozenset(
            place.stem for place in places if place.suffix == SUFFIX and _NAME.fullmatch(place.stem)
        )

    def load(self, name: str) -> bytes | Unusable:
        """What was saved under `name`, to the byte."""
        place = self._place(name)
        try:
            with place.open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                header = opened.read(_HEADER)
                # Not to its end, whatever that is by now: no more than was there.
                content = opened.read(max(min(size, self.most) - _HEADER, 0))
        except OSError as unreadable:
            return Unusable(f"it can't be read: {unreadable.strerror}")
        # Its time says when it was used last; a folder that we may only read does not need to know.
        with suppress(OSError):
            os.utime(place)
        if size > self.most:
            return Unusable(f"it is larger than {self.most} bytes")
        if len(header) < _HEADER or not header.startswith(_MAGIC):
            return Unusable("it is no snapshot of this version, or cut off")
        named, signature = header[len(_MAGIC) : -_DIGEST], header[-_DIGEST:]
        if not hmac.compare_digest(signature, self._signature(named, content)):
            return Unusable("it is damaged, or signed with another secret")
        if named.hex() != name:
            return Unusable("it is a snapshot of something else")
        return content

    def save(self, name: str, content: bytes) -> str:
        """Keep `content`, whole or not at all; why it could not be kept, "" where it was.

        Then the snapshots that were not used for longest go, until the rest has room.
        """
        if _HEADER + len(content) > self.most:
            return f"it is larger than {self.most} bytes"
        named = bytes.fromhex(name)
        written = _MAGIC + named + self._signature(named, content) + content
        # Beside its place, so that the rename is one; random, so that two runs don't share it.
        beside = self.folder / f"{_LEFT_ALONE}{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with beside.open("xb") as opened:
                    opened.write(written)
                beside.replace(self._place(name))
            finally:
                beside.unlink(missing_ok=True)
        except OSError as refused:
            return f"it can't be written: {refused.strerror}"
        self._prune(name)
        return ""

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}{SUFFIX}"

    def _signature(self, named: bytes, content: bytes) -> bytes:
        signed = hmac.new(self.key, _MAGIC + named, hashlib.sha256)
        signed.update(content)
        return signed.digest()

    def _prune(self, newest: str) -> None:
        """Another run may be at it at the same time: what is gone is gone."""
        found: list[tuple[float, int, Path]] = []
        for name in self.names() - {newest}:
            with suppress(FileNotFoundError):
                known = self._place(name).stat()
                found.append((known.st_mtime, known.st_size, self._place(name)))
        with suppress(FileNotFoundError):
            room = self.most - self._place(newest).stat().st_size
            for _, size, place in sorted(found, reverse=True):
                room -= size
                if room < 0:
                    with suppress(FileNotFoundError):
                        place.unlink()


def of_this_machine(say: Callable[[str], None] = lambda _: None) -> Store | None:
    """The store of the user who runs us, below XDG_CACHE_HOME, with a key that is made once.

    None, and `say` is told why, where there is no such folder that is ours alone.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "schema-ci"
    # A home that is not there is one that somebody does not want us to make.
    if not caches.is_absolute() or not caches.parent.is_dir():
        say(f"nothing is kept on this machine: there is no folder {caches.parent}")
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = _key(folder)
    except OSError as refused:
        say(f"nothing is kept on this machine: {folder}: {refused.strerror}")
        return None
    if not key:
        say(f"nothing is kept on this machine: {folder} is not ours alone")
        return None
    return Store(folder, key)


def _key(folder: Path) -> bytes:
    """The key that stands in `folder`, made where there is none; b"" where others could know it."""
    place = folder / "key"
    if not _is_ours_alone(folder):
        return b""
    if not place.exists():
        beside = folder / f"{_LEFT_ALONE}{secrets.token_hex(8)}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_bytes(_DIGEST))
        # A link, because of two runs that start together both must read the key of the first.
        with suppress(FileExistsError):
            place.hardlink_to(beside)
        beside.unlink()
    key = place.read_bytes()
    return key if _is_ours_alone(place) and len(key) == _DIGEST else b""


def _is_ours_alone(place: Path) -> bool:
    known = place.lstat()
    mine = known.st_uid == os.geteuid() and not place.is_symlink()
    return mine and not known.st_mode & 0o077
