"""The `[[project]]` tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ci_runner.config import own_dev
from ci_runner.config.dev import dev
from ci_runner.config.model import Project
from ci_runner.config.options import by_key
from ci_runner.config.paths import inside_repository
from ci_runner.config.source import Source, unknown, wrong
from ci_runner.config.values import Given, Values, value
from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen

EXAMPLE = """write schema-ci.toml:
    [[project]]
    dialect = "postgres"
    directory = "migrations"
    schema = ["schema.sql"]"""
_OPTIONS = {key: option for key, option in by_key().items() if option.scope == "project"}


@frozen
class Listed:
    """A project and what its options came to; `overruled` as in Config."""

    project: Project
    values: Values
    overruled: tuple[str, ...]


def projects(source: Source, of_dev: Source, root: Path, given: Given) -> Iterator[Listed]:
    """Those of `source`; `of_dev` is the copy that a `[project.dev]` is read from.

    Raises ConfigError.
    """
    tables = _tables(source)
    if not tables:
        if not given.flags.get("dialect") and not given.environ.get("SCHEMA_CI_DIALECT"):
            raise ConfigError("no project is configured", where=source.path, next_step=EXAMPLE)
        tables = [{}]
    names: set[str] = set()
    for position, table in enumerate(tables):
        project, values = _project(source, root, table, position, given)
        if project.name in names:
            where = source.where(f"project[{position}].name")
            raise wrong(where, "name", "a name that no other project has", project.name)
        names.add(project.name)
        twin = position if of_dev is source else _place(of_dev, project.name, root)
        if own := None if twin is None else own_dev.own(of_dev, twin, given):
            project = replace(project, dev=dev(own, given.environ))
            values = Values({**values.found, **own.found})
        unheard = own_dev.overruled(source, position, of_dev, twin)
        yield Listed(project, values, tuple(unheard))


def _tables(source: Source) -> list[dict[str, object]]:
    tables = source.values.get("project", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise wrong(source.where("project"), "project", "tables headed [[project]]")
    return tables


def _place(source: Source, name: str, root: Path) -> int | None:
    """Where a copy of the file has the project of that name."""
    for position, table in enumerate(_tables(source)):
        directory = str(table.get("directory") or _OPTIONS["directory"].default)
        if name == (table.get("name") or _name(directory, root)):
            return position
    return None


def _name(directory: str, root: Path) -> str:
    return PurePosixPath(directory).name or root.resolve().name


def _project(
    source: Source, root: Path, table: Mapping[str, object], position: int, given: Given
) -> tuple[Project, Values]:
    at = f"project[{position}]"
    for key in table:
        if key not in _OPTIONS and key != own_dev.TABLE:
            raise unknown(source, f"{at}.{key}", key, [*_OPTIONS, own_dev.TABLE])
    values = Values(
        {
            key: value(option, source, given, table=table, key=f"{at}.{key}")
            for key, option in _OPTIONS.items()
        }
    )
    dialect = values.text("dialect")
    if not dialect:
        raise wrong(source.where(at), f"{at}.dialect", "one of postgres, mysql, sqlite")
    directory = inside_repository(values.text("directory"), source.where(f"{at}.directory"))
    where = source.where(f"{at}.schema")
    project = Project(
        name=values.text("name") or _name(directory, root),
        dialect=dialect,
        directory=directory,
        format=values.text("format"),
        schema=tuple(inside_repository(path, where) for path in values.texts("schema")),
    )
    return project, values
