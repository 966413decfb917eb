"""The configuration of one run as a frozen value; dev URLs never show in a repr."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ci_runner.config.secret import Secret


@dataclass(frozen=True, slots=True)
class Project:
    """One migration directory with its desired schema; paths are relative to the repository."""

    name: str
    dialect: str
    directory: str
    format: str
    schema: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Which kinds of access rights are compared."""

    grants: bool
    default_privileges: bool
    owners: bool


@dataclass(frozen=True, slots=True)
class Config:
    """`origins` says for each key where its value came from: default, file:line, name or flag.

    `path` is the file, relative to the repository.
    """

    projects: tuple[Project, ...]
    dev_url: Secret
    dev_superuser: bool
    compared: Compared
    fail_on: str
    rules: Mapping[str, str]
    comment: str
    check: bool
    commit: str
    max_auto_commits: int
    api_max_wait: int
    output_dir: str
    origins: Mapping[str, str]
    path: str
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    renames: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    strict: bool = False
    online: bool = True
    cache_dir: str = ""
    cache_secret: Secret = Secret()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Files and folders that a review's result depends on."""
        folders = (
            path for project in self.projects for path in (project.directory, *project.schema)
        )
        return (self.path, *folders)
