"""`[project.dev]`: dev databases of one project's own, in place of what `[dev]` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_runner.config.options import by_key
from ci_runner.config.source import Source, unknown, wrong
from ci_runner.config.values import Given, Values, value

TABLE = "dev"
OPTIONS = {key: each for key, each in by_key().items() if key.startswith("dev.") and each.trusted}
# These speak of one database. What is given outside of the file may be meant for another engine.
_OF_ONE = frozenset({"dev.url", "dev.like"})


def own(source: Source, position: int, given: Given) -> Values | None:
    """What the project at `position` of `source` says; None without a table. Raises ConfigError."""
    table = _own(source, position)
    if not table:
        return None
    in_file = Given({}, {})
    found = {
        key: value(
            option,
            source,
            in_file if key in _OF_ONE else given,
            table=table,
            key=f"project[{position}].{key}",
        )
        for key, option in OPTIONS.items()
    }
    return Values(found)


def overruled(source: Source, position: int, of_dev: Source, twin: int | None) -> Iterator[str]:
    """Keys of which the project says something else than its `twin` in the trusted copy.

    Raises ConfigError.
    """
    mine = _own(source, position)
    trusted = {} if twin is None else _own(of_dev, twin)
    for key in OPTIONS:
        if source.said(key, mine) != of_dev.said(key, trusted):
            yield f"project[{position}].{key}"


def _own(source: Source, position: int) -> Mapping[str, object]:
    """The project's table `dev`, by its name; empty where there is none. Raises ConfigError."""
    listed = source.values.get("project")
    own = listed[position].get(TABLE) if isinstance(listed, list) and listed else None
    if own is None:
        return {}
    at = f"project[{position}].{TABLE}"
    if not isinstance(own, dict):
        raise wrong(source.where(at), TABLE, "a table headed [project.dev]", own)
    names = [key.partition(".")[2] for key in OPTIONS]
    for name in own:
        if name not in names:
            raise unknown(source, f"{at}.{name}", name, names)
    return {TABLE: own}
