"""Pack an orb's source folder into the one YAML document that CircleCI reads.

The source is that of `circleci orb pack`: `@orb.yml` and a file for each command, job, executor and
example, named after it. A value that is `<<include(PATH)>>` and nothing else is the content of that
file below the source folder.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

PARTS = ("commands", "executors", "jobs", "examples")
_INCLUDE = re.compile(r"<<\s*include\(\s*([^)]*?)\s*\)\s*>>")
_WIDTH = 100


class PackError(Exception):
    """The source is none, with the file that is to blame."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their key, and text of several lines is shown as it is."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - inherited
        del indentless
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - inherited
        del data
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dumped(document: object) -> str:
    """`document` as YAML, its keys in their order."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True)


def pack(source: Path) -> dict[str, Any]:
    """The orb in `source` as one document. Raises PackError."""
    orb = _read(source / "@orb.yml")
    for part in PARTS:
        files = sorted((source / part).glob("*.yml"))
        if part in orb and files:
            raise PackError(f"{source / '@orb.yml'}: {part} belong into the folder {part}")
        if files:
            orb[part] = {file.stem: _included(_read(file), source, file) for file in files}
    return orb


def _read(file: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as wrong:
        raise PackError(f"{file}: {wrong}") from wrong
    if not isinstance(document, dict):
        raise PackError(f"{file}: not a mapping")
    return document


def _included(value: Any, source: Path, file: Path) -> Any:  # noqa: ANN401 - the YAML edge
    if isinstance(value, dict):
        return {key: _included(each, source, file) for key, each in value.items()}
    if isinstance(value, list):
        return [_included(each, source, file) for each in value]
    if not isinstance(value, str) or not (found := _INCLUDE.search(value)):
        return value
    if found[0] != value.strip():
        raise PackError(f"{file}: an include must be the whole value: {value.strip()}")
    place = source / found[1]
    if not place.resolve().is_relative_to(source.resolve()) or not place.is_file():
        raise PackError(f"{file}: there is no file {found[1]} in the source")
    # `<<` would begin a parameter of CircleCI's; circleci.com/docs/reusing-config, escaping.
    return place.read_text(encoding="utf-8").replace("<<", "\\<<")
