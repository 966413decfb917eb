"""Where in a TOML text a key stands: tomllib tells values, errors want lines."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?")
_KEY = re.compile(r"\s*(?P<key>(?:[A-Za-z0-9_.-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*[^=\s]+)*)\s*=")
_FENCE = re.compile(r'"""|\'\'\'')


def key_lines(text: str) -> dict[str, int]:
    """Line by dotted key; the n-th `[[table]]` is `table[n]`, from 0. Tables have lines too."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, inside = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = len(_FENCE.findall(line)) % 2 == 0
            continue
        inside = len(_FENCE.findall(line)) % 2 == 1
        table = _TABLE.match(line)
        if table:
            name = _plain(table["name"])
            if line.lstrip().startswith("[["):
                position = counts.get(name, 0)
                counts[name] = position + 1
                name = f"{name}[{position}]"
            prefix = f"{name}."
            found[name] = number
        elif key := _KEY.match(line):
            found[prefix + _plain(key["key"])] = number
    return found


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
