"""Read what no PRAGMA tells from a CREATE TABLE text: constraints, names, collations."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ci_runner.dialects.sqlite.tokens import Token, closing, quote, split, tokenize, write
from ci_runner.schema.model import Check, Constraint, ForeignKey, Identity, PrimaryKey, Unique

_TABLE_STARTS = frozenset("CONSTRAINT PRIMARY UNIQUE CHECK FOREIGN".split())


@dataclass(slots=True)
class TableText:
    """What one CREATE TABLE says; what is per column, by its name in lower case."""

    table: str
    names: Collection[str]
    constraints: list[Constraint] = field(default_factory=list)
    collations: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    not_null_conflicts: dict[str, str] = field(default_factory=dict)
    autoincrement: bool = False

    def unique_name(self, kind: str, wanted: str) -> str:
        """`wanted`, numbered when an earlier constraint of this kind has it."""
        taken = {each.name for each in self.constraints if each.identity.kind == kind}
        number, name = 1, wanted
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def read_table(table: str, sql: str, names: Collection[str]) -> TableText:
    """Read `sql`, the text that sqlite_schema keeps; `names` as `tokens.write` wants them."""
    text = TableText(table, names)
    tokens = tokenize(sql)
    start = next((at for at, token in enumerate(tokens) if token.word == "("), len(tokens))
    for part in split(tokens[start + 1 : closing(tokens, start)] if start < len(tokens) else ()):
        if not part:
            continue
        if part[0].word in _TABLE_STARTS:
            _Constraints(text, part, "").read()
        else:
            _Constraints(text, part[1:], part[0].name).read()
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
                columns = tuple(part[0].name for part in split(self.group()))
                self.accept("REFERENCES")
                self.foreign_key(columns)
            elif self.accept("REFERENCES"):
                self.foreign_key((self.column,))
            else:
                self.attribute()

    def attribute(self) -> None:
        column = self.column.lower()
        if self.accept("NOT", "NULL"):
            conflict = self.conflict()
            if conflict:
                self.text.not_null_conflicts[column] = conflict
        elif self.accept("COLLATE"):
            self.text.collations[column] = self.tokens[self.at].name.upper()
            self.at += 1
        elif self.accept("AS"):
            self.text.generated[column] = write(self.group(), self.text.names)
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
        return f" ON CONFLICT {self.tokens[self.at - 1].word}"

    def named(self, kind: str, derived: str) -> tuple[str, str]:
        """The constraint's name, and the words that say so in its definition."""
        label, self.label = self.label, ""
        name = self.text.unique_name(kind, label or f"{self.text.table}_{derived}")
        return name, f"CONSTRAINT {quote(label)} " if label else ""

    def key(self, verb: str) -> None:
        parts = split(self.group())
        columns = (self.column,) if self.column else tuple(part[0].name for part in parts)
        written = ", ".join(
            " ".join([quote(part[0].name), write(part[1:], self.text.names).upper()]).strip()
            for part in parts
            if part
        )
        keys = quote(self.column) if self.column else written
        if self.word() in {"ASC", "DESC"}:
            keys += " DESC" if self.word() == "DESC" else ""
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
        expression = write(self.group(), self.text.names)
        suffix = self.conflict()
        # A name that follows the expression keeps when checks are reordered.
        digest = hashlib.sha256(expression.encode()).hexdigest()[:8]
        name, prefix = self.named("check", f"check_{digest}")
        definition = f"{prefix}CHECK ({expression}){suffix}"
        self.text.constraints.append(Check("", self.text.table, name, definition))

    def foreign_key(self, columns: tuple[str, ...]) -> None:
        parent = self.tokens[self.at].name
        self.at += 1
        referenced = tuple(part[0].name for part in split(self.group()) if part)
        start = self.at
        while self.at < len(self.tokens) and self.clause():
            pass
        clauses = " ".join(token.text.upper() for token in self.tokens[start : self.at])
        name, prefix = self.named("foreign key", "_".join([*columns, "fkey"]))
        ours = ", ".join(quote(column) for column in columns)
        theirs = f" ({', '.join(quote(column) for column in referenced)})" if referenced else ""
        definition = f"{prefix}FOREIGN KEY ({ours}) REFERENCES {quote(parent)}{theirs} {clauses}"
        self.text.constraints.append(
            ForeignKey(
                "",
                self.text.table,
                name,
                columns,
                Identity("table", "", parent),
                referenced,
                definition.strip(),
            )
        )

    def clause(self) -> bool:
        """Step over one ON, MATCH or DEFERRABLE clause of a foreign key."""
        if self.accept("ON"):
            self.at += 1
            if not (self.accept("SET", "NULL") or self.accept("SET", "DEFAULT")):
                self.at += 2 if self.word() == "NO" else 1
            return True
        if self.accept("MATCH") or self.accept("INITIALLY"):
            self.at += 1
            return True
        return self.accept("NOT", "DEFERRABLE") or self.accept("DEFERRABLE")
