"""Read a changelog in XML, YAML or JSON: what it includes, in order, and what else it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_runner.errors import SqlError, UsageError
from ci_runner.frozen import frozen

NAMES = (".xml", ".yaml", ".yml", ".json")
ROOT = "databaseChangeLog"
# It names itself at its head, below a licence at most.
HEAD = 16_384
# PyYAML takes ten seconds for it.
_LARGEST_YAML = 2**20
_SHOWN = 60


@frozen
class Entry:
    """One thing below a changelog's root, such as `include`, with what it says of itself.

    `line` is 0 where the file does not tell; `mentions` are the files that are named within.
    """

    kind: str
    given: Mapping[str, str]
    line: int = 0
    mentions: tuple[str, ...] = ()


def is_changelog(name: str, head: bytes) -> bool:
    return name.lower().endswith(NAMES) and ROOT.encode() in head[:HEAD]


def entries(content: bytes, path: str) -> tuple[Entry, ...]:
    """What stands below the root of the changelog at `path`. Raises SqlError for no changelog."""
    if path.lower().endswith(".xml"):
        return _Xml(path).read(content)
    return tuple(_listed(_loaded(content, path), path))


class _Xml:
    """Reads by events, so that lines are known and nothing is held that is not asked for."""

    def __init__(self, path: str) -> None:
        from xml.parsers import expat

        self._path = path
        self._depth = 0
        self._found: list[Entry] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, content: bytes) -> tuple[Entry, ...]:
        from xml.parsers import expat

        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as bad:
            raise _unreadable(
                f"{self._path}:{bad.lineno}", expat.errors.messages[bad.code]
            ) from bad
        return tuple(self._found)

    def _start(self, name: str, given: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if self._depth == 0 and kind != ROOT:
            raise _unreadable(
                f"{self._path}:{self._parser.CurrentLineNumber}", f"its root is {kind}"
            )
        if self._depth == 1:
            self._found.append(Entry(kind, given, self._parser.CurrentLineNumber))
        elif self._depth > 1 and "path" in given:
            last = self._found[-1]
            mentions = (*last.mentions, given["path"])
            self._found[-1] = Entry(last.kind, last.given, last.line, mentions)
        self._depth += 1

    def _end(self, _: str) -> None:
        self._depth -= 1

    def _refuse(self, *_: object) -> None:
        raise SqlError(
            "the changelog has a document type, which is not read: it may name other files",
            where=f"{self._path}:{self._parser.CurrentLineNumber}",
            next_step="remove the DOCTYPE: Liquibase needs none",
        )


def _loaded(content: bytes, path: str) -> object:
    import json

    try:
        if path.lower().endswith(".json"):
            return json.loads(content)
        return _yaml(content, path)
    except (ValueError, RecursionError) as bad:
        raise _unreadable(path, str(bad)) from bad


def _yaml(content: bytes, path: str) -> object:
    try:
        import yaml
    except ModuleNotFoundError as missing:
        raise UsageError(
            "a changelog in YAML needs PyYAML",
            where=path,
            next_step="pip install 'schema-ci[liquibase]'",
        ) from missing
    if len(content) > _LARGEST_YAML:
        raise SqlError(
            "a changelog in YAML is read up to 1 MiB",
            where=path,
            next_step="let it include others, or write it in JSON",
        )
    try:
        return yaml.safe_load(content)
    except yaml.YAMLError as bad:
        mark = getattr(bad, "problem_mark", None)
        raise _unreadable(f"{path}:{mark.line + 1}" if mark else path, str(bad)) from bad


def _listed(document: object, path: str) -> Iterator[Entry]:
    listed = document.get(ROOT) if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise _unreadable(path, f"`{ROOT}` is no list")
    for each in listed:
        if not isinstance(each, dict):
            # Shown, a few aliases of aliases would be more than memory holds.
            found = repr(each)[:_SHOWN] if isinstance(each, str) else f"a {type(each).__name__}"
            raise _unreadable(path, f"{found} stands where an include or a change set should")
        for kind, given in each.items():
            inner = given if isinstance(given, dict) else {"value": given}
            plain = {
                str(name): _word(value)
                for name, value in inner.items()
                if not isinstance(value, dict | list)
            }
            yield Entry(str(kind), plain, mentions=tuple(_paths(inner)))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _paths(value: object) -> Iterator[str]:
    """What is called a path anywhere below. An alias that leads to itself is read once."""
    seen: set[int] = set()
    rest = [value]
    while rest:
        each = rest.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            rest += each.values()
            if isinstance(each.get("path"), str):
                yield each["path"]
        elif isinstance(each, list):
            rest += each


def _unreadable(where: str, said: str) -> SqlError:
    return SqlError(
        "the changelog can't be read",
        where=where,
        said=said,
        next_step="correct it: `liquibase validate` tells more",
    )
