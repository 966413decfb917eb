"""A TOML file with its lines, and the errors that point into it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ci_runner.config.lines import key_lines
from ci_runner.errors import ConfigError

# Only rules are more than so many names.
_LISTED = 40
_NEAREST = 5
_SHOWN = 60
_UNSHOWN = frozenset({"dev.url", "dev.cache-secret"})
_TOML_LINE = re.compile(r"at line (\d+)")
_PARTS = 32
_PART = r"""(?:(?<![\w-])[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*"""
_LONG_KEY = re.compile(rf"(?:{_PART}\.[ \t]*){{{_PARTS}}}")


class Source:
    """What one configuration file says, and where. Raises ConfigError for what is not TOML."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        # tomllib takes minutes for a key of thousands of parts: python/cpython, Lib/tomllib.
        if deep := _LONG_KEY.search(text):
            line = text.count("\n", 0, deep.start()) + 1
            raise _broken(path, str(line), f"a key of {_PARTS} parts or more")
        try:
            self.values = tomllib.loads(text)
        except RecursionError:
            raise _broken(path, "1", "arrays or tables are nested too deep") from None
        except ValueError as broken:
            found = _TOML_LINE.search(str(broken))
            last = str(len(text.splitlines()) or 1)
            raise _broken(path, found[1] if found else last, str(broken)) from broken
        self.lines = key_lines(text)

    def said(self, key: str, table: Mapping[str, object] | None = None) -> object:
        """What stands there at the path `key`, in `table` or from the top; None for nothing."""
        holder: object = self.values if table is None else table
        for part in key.split("."):
            holder = holder.get(part) if isinstance(holder, dict) else None
        return holder

    def where(self, key: str) -> str:
        """File and line of `key`, else of the table that it is in; of many, the first."""
        while key:
            if line := self.lines.get(key) or self.lines.get(f"{key}[0]"):
                return f"{self.path}:{line}"
            key = key.rpartition(".")[0]
        return self.path


def _broken(path: str, line: str, said: str) -> ConfigError:
    return ConfigError(f"{path} is not valid TOML", where=f"{path}:{line}", said=said)


def unknown(source: Source, key: str, name: str, valid: Iterable[str]) -> ConfigError:
    """The error for a key that does not exist, with the nearest that does."""
    listed = sorted(valid)
    near = get_close_matches(name, listed, _NEAREST)
    guess = f"; did you mean `{near[0]}`?" if near else ""
    shown = listed if len(listed) <= _LISTED else near
    use = f"use one of: {', '.join(shown)}" if shown else "remove it"
    more = f"; `schema-ci rules` lists all {len(listed)}" if len(listed) > _LISTED else ""
    return ConfigError(
        f"unknown key `{key}`{guess}", where=source.where(key), next_step=f"{use}{more}"
    )


def nearest(name: str, valid: Iterable[str]) -> str:
    """`; did you mean ...?`, "" where nothing is near."""
    near = get_close_matches(name, sorted(valid), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def wrong(where: str, key: str, expected: str, found: object = None) -> ConfigError:
    """The error for a value. What may be a secret, or hold one, is not repeated."""
    shown = found is not None and key not in _UNSHOWN and len(repr(found)) <= _SHOWN
    what = f"`{key}` can't be {found!r}" if shown else f"`{key}` has a value that makes no sense"
    return ConfigError(what, where=where, said=f"expected {expected}")
