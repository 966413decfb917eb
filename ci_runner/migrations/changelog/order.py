"""All change sets of a directory in the order in which Liquibase runs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import ChangeSet, Parameter
from ci_runner.migrations.changelog.entries import Entry, entries, is_changelog
from ci_runner.migrations.changelog.formatted import change_sets
from ci_runner.migrations.changelog.options import products
from ci_runner.migrations.directory import Unread
from ci_runner.migrations.statements import decode

# They change nothing of the schema. What a changelog's own preConditions ask is for its start only.
_PASSED_OVER = frozenset({"preConditions", "logicalFilePath", "objectQuotingStrategy"})


@dataclass(slots=True)
class Found:
    """What was read: change sets with the names of their files, and those that are no SQL.

    `named` are the files that some changelog speaks of; `closed` is the root's name where it
    includes every file by its own.
    """

    change_sets: list[tuple[str, ChangeSet]] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    closed: str = ""


def read_order(path: str, files: Mapping[str, bytes]) -> Found:
    """From the one changelog that no other includes; without any, all SQL by its paths' order.

    `files` are by name below `path`, the directory's own. Raises SqlError for what Liquibase would
    refuse, and for what leads out of the directory.
    """
    reader = _Reader(path, files)
    roots = reader.roots()
    if len(roots) > 1:
        raise SqlError(
            "more than one changelog is included by no other",
            where="\n".join(f"{path}/{name}" for name in roots),
            next_step="include all of them in one, or set `directory` to a folder that holds one",
        )
    if roots:
        reader.read(roots[0])
        reader.found.closed = "" if reader.open else roots[0]
    else:
        for name in sorted(name for name in files if name.endswith(".sql")):
            reader.read(name)
    reader.refuse_twins()
    return reader.found


class _Reader:
    """Follows includes; `open` tells whether some folder is included whole, SQL and all."""

    def __init__(self, path: str, files: Mapping[str, bytes]) -> None:
        self._path = path
        self._files = files
        self._logs = {
            name: entries(content, f"{path}/{name}")
            for name, content in sorted(files.items())
            if is_changelog(name, content)
        }
        self._known: list[Parameter] = []
        self._within: list[str] = []
        self.found = Found()
        self.open = False

    def roots(self) -> list[str]:
        """Those that no other includes. Raises SqlError where each is included by another."""
        included: set[str] = set()
        for name, listed in self._logs.items():
            for each in listed:
                included.update(target for target in self._targets(name, each) if target != name)
        roots = [name for name in self._logs if name not in included]
        if self._logs and not roots:
            raise SqlError(
                "the changelogs include each other, so that there is no first",
                where="\n".join(f"{self._path}/{name}" for name in self._logs),
                next_step="remove an include from one of them",
            )
        return roots

    def read(self, name: str) -> None:
        if name in self._within:
            raise SqlError(
                "the changelog includes itself",
                where="\n".join(f"{self._path}/{each}" for each in (*self._within, name)),
                next_step="remove the include that leads back",
            )
        self._within.append(name)
        self.found.named.add(name)
        if name in self._logs:
            for entry in self._logs[name]:
                self._follow(name, entry)
        elif name.endswith(".sql"):
            shown = f"{self._path}/{name}"
            text = decode(self._files[name], shown)
            for each in change_sets(text, shown, self._known) if text.strip() else ():
                self.found.change_sets.append((name, each))
        self._within.pop()

    def _follow(self, name: str, entry: Entry) -> None:
        self.found.named.update(self._mentioned(name, entry))
        match entry.kind:
            case "include" | "includeAll":
                self.open = self.open or entry.kind == "includeAll"
                for target in self._targets(name, entry):
                    self.read(target)
            case "property":
                self._define(name, entry)
            case "changeSet":
                who = f"{entry.given.get('author', '')}:{entry.given.get('id', '')}"
                self.found.unread.append(Unread(f"{self._path}/{name}", who))
            case kind if kind in _PASSED_OVER:
                pass
            case kind:
                raise self._refused(name, entry, f"the changelog holds {kind}, which is not read")

    def _define(self, name: str, entry: Entry) -> None:
        given = entry.given
        if "file" in given:
            raise self._refused(name, entry, "properties that stand in a file are not read")
        name, value, dbms = (given.get(each, "") for each in ("name", "value", "dbms"))
        self._known.append(Parameter(name, value, products(dbms)))

    def _targets(self, name: str, entry: Entry) -> Iterator[str]:
        """The files that an include leads to, in order."""
        if entry.kind == "include":
            yield self._file(name, entry)
        elif entry.kind == "includeAll":
            yield from self._folder(name, entry)

    def _file(self, name: str, entry: Entry) -> str:
        asked = entry.given.get("file", "")
        places = self._places(name, entry, asked)
        found = [each for each in self._files if each in places]
        if len(found) != 1:
            raise self._refused(
                name,
                entry,
                f"{asked} is not in the directory"
                if not found
                else f"{asked} may be any of {', '.join(sorted(found))}",
            )
        return found[0]

    def _folder(self, name: str, entry: Entry) -> Iterator[str]:
        """Everything below a folder that Liquibase reads, in the order of the paths."""
        given = entry.given
        for unread in ("filter", "resourceComparator"):
            if unread in given:
                raise self._refused(name, entry, f"`{unread}` is a program, which is not run here")
        places = self._places(name, entry, given.get("path", ""))
        ending = given.get("endsWithFilter", "").lower()
        found = [
            each
            for each in sorted(self._files)
            if any(_is_below(each, place) for place in places)
            and each != name
            and (each.endswith(".sql") or each in self._logs)
            and each.lower().endswith(ending)
            and self._is_as_deep(each, places, given)
        ]
        if not found and given.get("errorIfMissingOrEmpty", "true").lower() != "false":
            raise self._refused(name, entry, f"{given.get('path', '')} holds no changelog here")
        yield from found

    def _is_as_deep(self, each: str, places: set[str], given: Mapping[str, str]) -> bool:
        place = max((place for place in places if _is_below(each, place)), key=len)
        depth = each.removeprefix(place).strip("/").count("/") + 1
        least, most = (given.get(name, "") for name in ("minDepth", "maxDepth"))
        return (not least.isdigit() or depth >= int(least)) and (
            not most.isdigit() or depth <= int(most)
        )

    def _mentioned(self, name: str, entry: Entry) -> set[str]:
        places = {place for asked in entry.mentions for place in self._places(name, entry, asked)}
        return {each for each in self._files if each in places}

    def _places(self, name: str, entry: Entry, asked: str) -> set[str]:
        """The names that `asked` may mean: Liquibase looks below folders that we do not know.

        So any folder on the way to the directory may be the one that it starts from.
        """
        asked = asked.removeprefix("classpath:").strip("/").removeprefix("./")
        if entry.given.get("relativeToChangelogFile", "false").lower() == "true":
            return {_joined(str(PurePosixPath(name).parent), asked)}
        above = PurePosixPath(self._path).parts
        found = {_joined("", asked)}
        for start in range(len(above)):
            prefix = "/".join(above[start:]) + "/"
            if f"{asked}/".startswith(prefix):
                found.add(asked[len(prefix) :])
        return found

    def _refused(self, name: str, entry: Entry, what: str) -> SqlError:
        place = f"{self._path}/{name}"
        return SqlError(
            what,
            where=f"{place}:{entry.line}" if entry.line else place,
            next_step="set `directory` to the folder that holds all, and name only what it holds",
        )

    def refuse_twins(self) -> None:
        """Raise SqlError for two change sets of one name: Liquibase knows them by it."""
        seen: dict[tuple[str, str, str], tuple[str, int]] = {}
        for name, each in self.found.change_sets:
            key = (each.options.logical_path or name, each.author, each.id)
            if key in seen:
                first = seen[key]
                raise SqlError(
                    f"two change sets are called {each.author}:{each.id}",
                    where=f"{self._path}/{name}:{each.line}\n{self._path}/{first[0]}:{first[1]}",
                    next_step="give the later one an id of its own",
                )
            seen[key] = (name, each.line)


def _is_below(name: str, place: str) -> bool:
    return place in {"", "."} or name.startswith(f"{place}/")


def _joined(folder: str, asked: str) -> str:
    """A path with its `..` gone; one that leads out of the directory keeps them."""
    parts: list[str] = []
    for part in PurePosixPath(folder, asked).parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
