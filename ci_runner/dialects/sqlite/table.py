"""Read what no PRAGMA tells from a CREATE TABLE text: constraints, names, collations."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ci_runner.dialects.sqlite.canonical import expression, key
from ci_runner.dialects.sqlite.tokens import Token, quote, tokenize
from ci_runner.dialects.token_lists import closing, split
from ci_runner.frozen import frozen
from ci_runner.schema.model import Check, Constraint, ForeignKey, Identity, PrimaryKey, Unique

TABLE_STARTS = frozenset("CONSTRAINT PRIMARY UNIQUE CHECK FOREIGN".split())


@frozen
class Names:
    """A table's name and columns as declared: `columns` by name in lower case, `key` in order."""

    table: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    def declared(self, column: str) -> str:
        return self.columns.get(column.lower(), column)


@dataclass(slots=True)
class TableText:
    """What one CREATE TABLE says; what is per column, by its name in lower case.

    `key_beside_rowid` is the quirk of INTEGER PRIMARY KEY DESC, which is no other name of the
    rowid: sqlite.org/lang_createtable.html, section 5.
    """

    names: Names
    parents: Mapping[str, Names]
    constraints: list[Constraint] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    not_null_conflicts: dict[str, str] = field(default_factory=dict)
    autoincrement: bool = False
    key_beside_rowid: bool = False
    without_rowid: bool = False
    strict: bool = False

    @property
    def table(self) -> str:
        return self.names.table

    def written(self, tokens: Sequence[Token]) -> str:
        return expression(tokens, self.table, self.names.columns)

    def unique_name(self, kind: str, wanted: str) -> str:
        """`wanted`, numbered when an earlier constraint of this kind has it."""
        taken = {each.name for each in self.constraints if each.identity.kind == kind}
        number, name = 1, wanted
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def read_table(names: Names, sql: str, parents: Mapping[str, Names]) -> TableText:
    """Read `sql`, the text that sqlite_schema keeps; `parents` are all tables, in lower case."""
    text = TableText(names, parents)
    tokens = tokenize(sql)
    start = next((at for at, token in enumerate(tokens) if token.word == "("), len(tokens))
    end = closing(tokens, start) if start < len(tokens) else start
    behind = [token.word for token in tokens[end + 1 :]]
    text.without_rowid, text.strict = "WITHOUT" in behind, "STRICT" in behind
    for part in split(tokens[start + 1 : end]):
        if not part:
            continue
        if part[0].word in TABLE_STARTS:
            _Constraints(text, part, "").read()
        else:
            _Constraints(text, part[1:], names.declared(part[0].name)).read()
    return text


class _Constraints:
    """A walk over the constraints of one column, or of the table itself (`column` is "")."""

    def __init__(self, text: TableText, tokens: Sequence[Token], column: str) -> None:
        self.text = text
        self.tokens = tokens
        self.column = column
        self.at = 0
        self.label = ""

    def word(self) -> str:
        return self.tokens[self.at].word if self.at < len(self.tokens) else ""

    def accept(self, *words: str) -> bool:
        if self.word() != words[0]:
            return False
        here = tuple(each.word for each in self.tokens[self.at : self.at + len(words)])
        if here == words:
            self.at += len(words)
            return True
        return False

    def group(self) -> Sequence[Token]:
        """The tokens inside the parentheses that open here; none when none do."""
        if self.word() != "(":
            return ()
        end = closing(self.tokens, self.at)
        inside = self.tokens[self.at + 1 : end]
        self.at = end + 1
        return inside

    def read(self) -> None:
        while self.at < len(self.tokens):
            if self.accept("CONSTRAINT"):
                self.label = self.tokens[self.at].name
                self.at += 1
            elif self.accept("PRIMARY", "KEY"):
                self.key("PRIMARY KEY")
            elif self.accept("UNIQUE"):
                self.key("UNIQUE")
            elif self.accept("CHECK"):
                self.check()
            elif self.accept("FOREIGN", "KEY"):
                columns = self.columns(self.group())
                self.accept("REFERENCES")
                self.foreign_key(columns)
            elif self.accept("REFERENCES"):
                self.foreign_key((self.column,))
            else:
                self.attribute()

    def attribute(self) -> None:
        column = self.column.lower()
        if self.word() in {"NOT", "NULL", "COLLATE", "DEFAULT", "AS"}:
            self.label = ""
        if self.accept("NOT", "NULL"):
            conflict = self.conflict()
            if conflict:
                self.text.not_null_conflicts[column] = conflict
        elif self.accept("COLLATE"):
            collation = self.tokens[self.at].name.upper()
            if collation != "BINARY":
                self.text.collations[column] = collation
            self.at += 1
        elif self.accept("AS"):
            self.text.generated[column] = self.text.written(self.group())
        elif self.accept("DEFAULT"):
            if self.word() == "(":
                self.group()
            else:
                self.at += 2 if self.word() in {"+", "-"} else 1
        else:
            self.at += 1

    def conflict(self) -> str:
        if not self.accept("ON", "CONFLICT"):
            return ""
        self.at += 1
        action = self.tokens[self.at - 1].word
        return f" ON CONFLICT {action}" if action != "ABORT" else ""

    def columns(self, tokens: Sequence[Token]) -> tuple[str, ...]:
        return tuple(self.text.names.declared(part[0].name) for part in split(tokens) if part)

    def named(self, kind: str, derived: str) -> tuple[str, str]:
        """The constraint's name, and the words that say so in its definition."""
        label, self.label = self.label, ""
        name = self.text.unique_name(kind, label or f"{self.text.table}_{derived}")
        return name, f"CONSTRAINT {quote(label)} " if label else ""

    def key(self, verb: str) -> None:
        group = self.group()
        if group and group[-1].word == "AUTOINCREMENT":
            group, self.text.autoincrement = group[:-1], True
        columns = (self.column,) if self.column else self.columns(group)
        written = (
            " ".join([quote(name), key(part[1:], "", {}).upper()]).strip()
            for name, part in zip(columns, split(group), strict=False)
        )
        keys = quote(self.column) if self.column else ", ".join(written)
        if self.word() in {"ASC", "DESC"}:
            keys += " DESC" if self.word() == "DESC" else ""
            self.text.key_beside_rowid = self.word() == "DESC"
            self.at += 1
        suffix = self.conflict()
        if self.accept("AUTOINCREMENT"):
            self.text.autoincrement = True
        kind = verb.lower()
        derived = "pkey" if verb == "PRIMARY KEY" else "_".join([*columns, "key"])
        name, prefix = self.named(kind, derived)
        build = PrimaryKey if verb == "PRIMARY KEY" else Unique
        self.text.constraints.append(
            build("", self.text.table, name, columns, f"{prefix}{verb} ({keys}){suffix}")
        )

    def check(self) -> None:
        rule = self.text.written(self.group())
        self.conflict()  # read and ignored by SQLite as well
        # A name that follows the expression keeps when checks are reordered.
        digest = hashlib.sha256(rule.encode()).hexdigest()[:8]
        name, prefix = self.named("check", f"check_{digest}")
        definition = f"{prefix}CHECK ({rule})"
        self.text.constraints.append(Check("", self.text.table, name, definition))

    def foreign_key(self, columns: tuple[str, ...]) -> None:
        written = self.tokens[self.at].name
        self.at += 1
        parent = self.text.parents.get(written.lower(), Names(written, {}, ()))
        group = self.group()
        referenced = tuple(parent.declared(part[0].name) for part in split(group) if part)
        if not referenced and len(parent.key) == len(columns):
            referenced = parent.key
        clauses = self.clauses()
        name, prefix = self.named("foreign key", "_".join([*columns, "fkey"]))
        ours = ", ".join(quote(column) for column in columns)
        theirs = f" ({', '.join(quote(column) for column in referenced)})" if referenced else ""
        target = f"{quote(parent.table)}{theirs}"
        definition = f"{prefix}FOREIGN KEY ({ours}) REFERENCES {target}{clauses}"
        identity = Identity("table", "", parent.table)
        self.text.constraints.append(
            ForeignKey("", self.text.table, name, columns, identity, referenced, definition)
        )

    def clauses(self) -> str:
        """What a foreign key does beyond the default; MATCH is read and ignored by SQLite."""
        actions = {"DELETE": "", "UPDATE": ""}
        deferred = False
        while True:
            if self.accept("ON"):
                event = self.word()
                self.at += 1
                length = 2 if self.word() in {"SET", "NO"} else 1
                words = [token.word for token in self.tokens[self.at : self.at + length]]
                self.at += length
                actions[event] = "" if words[0] == "NO" else f" ON {event} {' '.join(words)}"
            elif self.accept("MATCH"):
                self.at += 1
            elif self.accept("NOT", "DEFERRABLE"):
                deferred = False
                self.initially()
            elif self.accept("DEFERRABLE"):
                deferred = self.initially() == "DEFERRED"
            else:
                break
        return "".join(actions.values()) + (" DEFERRABLE INITIALLY DEFERRED" if deferred else "")

    def initially(self) -> str:
        if not self.accept("INITIALLY"):
            return ""
        self.at += 1
        return self.tokens[self.at - 1].word
