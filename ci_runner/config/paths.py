"""Paths that a configuration names."""

from __future__ import annotations

from pathlib import PurePosixPath

from ci_runner.config.values import Values
from ci_runner.errors import ConfigError


def said(values: Values, key: str) -> str:
    """The path of an option. One that the file says stays in the repository; "" is none."""
    path = values.text(key)
    return inside_repository(path, values.origin(key)) if path and values.in_file(key) else path


def inside_repository(path: str, where: str) -> str:
    """The path, normalised. Raises ConfigError for one that leads out of the repository."""
    clean = PurePosixPath(path)
    unsafe = "\\" in path or "\0" in path or path.startswith("-")
    if clean.is_absolute() or ".." in clean.parts or not path.strip() or unsafe:
        raise ConfigError(
            f"the path {path!r} leads out of the repository",
            where=where,
            said="expected a path relative to the repository, with `/`",
        )
    return clean.as_posix()
