"""`[lint.assume]` of schema-ci.toml: what holds in production, whatever the dev server is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from ci_runner.config.source import Source, unknown, wrong
from ci_runner.frozen import frozen

KEY = "lint.assume"
_KEYS = ("version", "rows")
_VERSION = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,2}")


@frozen
class Assumed:
    """`version` is that of the server in production, such as `13` or `14.2`; "" for unknown.

    `rows` are numbers of rows by pattern for the names of tables, with or without their schema;
    the first pattern that fits a table counts.
    """

    version: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version to compare with; () for unknown."""
        return tuple(int(each) for each in self.version.split(".") if each)

    def __str__(self) -> str:
        said = [f"version {self.version}"] if self.version else []
        said += [f"{count} rows in {pattern}" for pattern, count in self.rows.items()]
        return ", ".join(said) or "nothing"


NOTHING = Assumed()


def read(source: Source, content: object) -> Assumed:
    """Raises ConfigError for what makes no sense, with file and line."""
    if not isinstance(content, dict):
        raise wrong(source.where(KEY), KEY, "a table with `version` and `rows`", content)
    for name in content:
        if name not in _KEYS:
            raise unknown(source, f"{KEY}.{name}", name, _KEYS)
    return Assumed(
        _version(source, content.get("version", "")),
        dict(_rows(source, content.get("rows", {}))),
    )


def _version(source: Source, value: object) -> str:
    """A major version may be a number; 13.10 may not, which TOML reads as 13.1."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and (not text or _VERSION.fullmatch(text)):
        return text
    key = f"{KEY}.version"
    raise wrong(source.where(key), key, 'a version in quotes, such as "14.2"', value)


def _rows(source: Source, value: object) -> Iterator[tuple[str, int]]:
    key = f"{KEY}.rows"
    if not isinstance(value, dict):
        raise wrong(source.where(key), key, "a table of name = number of rows", value)
    for pattern, count in value.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise wrong(source.where(key), f"{key}.{pattern}", "a whole number, 0 or more", count)
        yield pattern, count
