"""The `[[project]]` tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ci_runner.config.model import Project
from ci_runner.config.options import by_key
from ci_runner.config.paths import inside_repository
from ci_runner.config.source import Source, unknown, wrong
from ci_runner.config.values import Given, Values, value
from ci_runner.errors import ConfigError

EXAMPLE = """write schema-ci.toml:
    [[project]]
    dialect = "postgres"
    directory = "migrations"
    schema = ["schema.sql"]"""
_OPTIONS = {key: option for key, option in by_key().items() if option.scope == "project"}


def projects(source: Source, root: Path, given: Given) -> Iterator[tuple[Project, Values]]:
    """Each project with what its options came to. Raises ConfigError."""
    tables = source.values.get("project", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise wrong(source.where("project"), "project", "tables headed [[project]]")
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
        yield project, values


def _project(
    source: Source, root: Path, table: Mapping[str, object], position: int, given: Given
) -> tuple[Project, Values]:
    at = f"project[{position}]"
    for key in table:
        if key not in _OPTIONS:
            raise unknown(source, f"{at}.{key}", key, _OPTIONS)
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
        name=values.text("name") or PurePosixPath(directory).name or root.resolve().name,
        dialect=dialect,
        directory=directory,
        format=values.text("format"),
        schema=tuple(inside_repository(path, where) for path in values.texts("schema")),
    )
    return project, values
