"""The configuration of one run as a frozen value; dev URLs never show in a repr."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.config.comments import Comments
from ci_runner.config.commits import Commits
from ci_runner.config.policy import LintPolicy
from ci_runner.config.secret import Secret
from ci_runner.frozen import frozen


@frozen
class Compared:
    """Which kinds of access rights are compared, and whether the order of columns is."""

    grants: bool
    default_privileges: bool
    owners: bool
    column_order: bool


@frozen
class Limits:
    """What SQL may take on a dev server, and how much of it is read: seconds, MiB, files."""

    statement_seconds: int = 300
    total_seconds: int = 3600
    megabytes: int = 2048
    file_megabytes: int = 64
    total_megabytes: int = 256
    files: int = 20_000


@frozen
class Dev:
    """Where dev databases are had, and what they hold and allow before the first migration.

    `url` "" means the ladder; `like` is the URL of the database to be like; `setup` are paths
    relative to the repository.
    """

    url: Secret = Secret()
    like: Secret = Secret()
    extensions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    superuser: bool = False


@frozen
class Project:
    """One migration directory with its desired schema; paths are relative to the repository.

    `dev` is what its own table says of dev databases, None where it has none.
    """

    name: str
    dialect: str
    directory: str
    format: str
    schema: tuple[str, ...]
    dev: Dev | None = None


@frozen
class Config:
    """`origins` says for each key where its value came from: default, file:line, name or flag.

    `path` is the file, relative to the repository. `policy` is the one in force, `proposed` that of
    the work tree's own file; `base_problem` says why the base branch's can't be read, "" if it can.
    `overruled` are keys of which the work tree's file says something else than what is taken.
    """

    projects: tuple[Project, ...]
    container_memory: int
    container_processes: int
    compared: Compared
    policy: LintPolicy
    comments: Comments
    check: bool
    commits: Commits
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
    stats_file: str = ""
    small_rows: int = 10_000
    megabytes_per_second: int = 50
    limits: Limits = Limits()
    dev: Dev = Dev()
    proposed: LintPolicy = LintPolicy()
    base_problem: str = ""
    cache_dir: str = ""
    cache_secret: Secret = Secret()
    overruled: tuple[str, ...] = ()

    @property
    def fail_on(self) -> str:
        """The severity from which a run fails."""
        return self.policy.fail_on

    @property
    def inputs(self) -> tuple[str, ...]:
        """Files and folders that a review's result depends on."""
        folders = (
            path for project in self.projects for path in (project.directory, *project.schema)
        )
        said = (self.dev, *(project.dev for project in self.projects if project.dev))
        return (self.path, *folders, *(path for each in said for path in each.setup))
