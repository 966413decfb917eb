"""MySQL's statements clause by clause, and which of them make writers wait.

The dev database decides where a statement was run: which algorithm and lock the server asked for.
What was not run is judged by its text, as far as that is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from ci_runner.dialects.base import OnlineDdl
from ci_runner.dialects.mysql.parse.tokens import Token, tokenize, verb
from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.dialects.token_lists import split
from ci_runner.frozen import frozen
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Review
from ci_runner.lint.seen import of_column
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity

_LIMIT = re.compile(r"SET\s.*\block_wait_timeout\b", re.IGNORECASE | re.DOTALL)
_CHECKS = re.compile(r"SET\b.*\bforeign_key_checks\s*:?=\s*'?(\w+)", re.IGNORECASE | re.DOTALL)
_OFF = frozenset({"0", "off", "false"})
_WAITS = re.compile(r"\b(?:WAIT\s+\d+|NOWAIT)\b", re.IGNORECASE)
TABLE_COPY = "mysql-table-copy"
ORDER = "mysql-column-order"
# What makes InnoDB copy or lock whatever the table looks like: mariadb.com/kb, InnoDB Online DDL.
_CERTAIN = frozenset({"mysql-add-fk", "mysql-add-check", "mysql-fulltext", "mysql-auto-inc-add"})
_WHOLE = frozenset({"CONVERT", "PARTITION", "REMOVE"})
_OPTIONS = frozenset("CONVERT ENGINE ROW_FORMAT KEY_BLOCK_SIZE FORCE PARTITION REMOVE".split())


@frozen
class Clause:
    """One clause of a statement that alters a table; `known` is whether running clients know it."""

    step: Step
    table: Identity
    known: bool
    tokens: tuple[Token, ...]

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]


@frozen
class Waiting:
    """A statement for which writers of a known table wait, and the rule that says best why.

    `how` says what happens to the table, `evidence` what the server asked for, "" where the text
    alone was judged.
    """

    step: Step
    table: Identity
    rule: str
    how: str
    evidence: str


# From which version on it is MariaDB's: MySQL goes from 5 to 9.
_MARIADB = 10


def is_mysql(review: Review) -> bool:
    """Whether production is said to be MySQL, and not MariaDB."""
    return bool(review.version) and review.before(_MARIADB)


def definition(step: Step, *saying: str) -> tuple[Token, ...]:
    """The tokens of a statement that makes or alters something; none of one that writes rows.

    Nor of one that has none of the words `saying`: most have not, and to look for them is cheap.
    """
    sql = step.statement.text
    if verb(sql) not in {"CREATE", "ALTER"}:
        return ()
    upper = sql.upper() if saying else ""
    return tokenize(sql) if not saying or any(each in upper for each in saying) else ()


def clauses(review: Review) -> Sequence[Clause]:
    """The clauses of ALTER TABLE in order; CREATE INDEX and DROP INDEX are one each."""
    return review.once(_read)


def _read(review: Review) -> Iterator[Clause]:
    for step, touches in review.statements():
        yield from _clauses(step, touches)


def _clauses(step: Step, touches: Sequence[Touch[Effect]]) -> Iterator[Clause]:
    what = alteration(step.statement.text)
    if what is None:
        return
    name = what.table.name.lower()
    on = [touch for touch in touches if touch.table.name.lower() == name]
    table = on[0].table if on else Identity("table", "", what.table.name)
    known = any(touch.known for touch in on)
    if not what.listed:
        tokens = tokenize(what.sql)
        yield Clause(step, table, known, (Token("word", "ADD", word="ADD"), *tokens[1:]))
        return
    for part in split(tokenize(what.tail)):
        if part:
            yield Clause(step, table, known, tuple(part))


def waiting(review: Review) -> Sequence[Waiting]:
    """Every statement that keeps writers of a known table waiting, each once."""
    return review.once(_waiting)


def _waiting(review: Review) -> Iterator[Waiting]:
    unchecked = _unchecked(review)
    for _, group in groupby(clauses(review), key=lambda each: id(each.step)):
        parts = [each for each in group if each.known]
        if not parts:
            continue
        step = parts[0].step
        table = parts[0].table
        causes = [cause for each in parts if (cause := _cause(each))]
        ddl = step.observed.online
        if ran(step) and ddl is not None:
            if _waits(ddl) and not asked_for(step):
                rule = next((each for each in causes if each != ORDER), (causes or [TABLE_COPY])[0])
                why = f": {ddl.reason}" if ddl.reason else ""
                evidence = f"the server asks for {ddl} at least{why}"
                yield Waiting(step, table, rule, _how(ddl, table), evidence)
        elif not ran(step) and (rule := _certain(parts, causes)):
            if rule == "mysql-add-fk" and id(step) in unchecked:
                continue
            how = f"makes writers of {table.qualified} wait"
            yield Waiting(step, table, rule, how, "")


def _unchecked(review: Review) -> set[int]:
    """The statements before which their file has switched the checks of foreign keys off."""
    found: set[int] = set()
    path, off = "", False
    for step in review.steps:
        says = _CHECKS.match(step.statement.text)
        if step.statement.path != path or says:
            path, off = step.statement.path, says is not None and says[1].lower() in _OFF
        if off:
            found.add(id(step))
    return found


def _certain(parts: Sequence[Clause], causes: Sequence[str]) -> str:
    """The rule of what makes writers wait whatever the table looks like; "" for none.

    A table that has the character set already is not copied, but who would convert it?
    """
    again = any(each.words[:2] == ["ADD", "PRIMARY"] for each in parts)
    whole = any(each.words[0] in _WHOLE for each in parts)
    sure = _CERTAIN if again else _CERTAIN | {"mysql-drop-pk"}
    sure |= {"mysql-convert-charset"} if whole else set()
    return next((each for each in causes if each in sure), "")


def asked_for(step: Step) -> bool:
    """Whether others wait because the statement names a lock or a copy, not for want of less."""
    what, ddl = alteration(step.statement.text), step.observed.online
    if what is None:
        return False
    copies = ran(step) and ddl is not None and ddl.algorithm == "COPY"
    return what.algorithm == "COPY" or (what.lock in {"SHARED", "EXCLUSIVE"} and not copies)


def blamed(review: Review, rule: str) -> Iterator[Waiting]:
    """Those that `rule` says best."""
    return (each for each in waiting(review) if each.rule == rule)


def _waits(ddl: OnlineDdl) -> bool:
    """A change of name locks everybody out, for no longer than it takes to say it."""
    return ddl.algorithm == "COPY" or (ddl.lock != "NONE" and ddl.algorithm != "INSTANT")


def _how(ddl: OnlineDdl, table: Identity) -> str:
    if ddl.algorithm == "COPY":
        return f"copies {table.qualified} row by row while writers wait"
    return f"makes writers of {table.qualified} wait while it is built"


def _cause(each: Clause) -> str:
    words = each.words
    match words[0]:
        case "ADD":
            return _added(each, words)
        case "MODIFY" | "CHANGE":
            return _modified(each, words)
        case "DROP" if words[1:2] == ["PRIMARY"]:
            return "mysql-drop-pk"
        case first if first in _OPTIONS:
            return "mysql-convert-charset"
        case _:
            return ""


def _added(each: Clause, words: Sequence[str]) -> str:  # noqa: PLR0911 - one return per rule
    if "REFERENCES" in words:
        return "mysql-add-fk"
    if {"FULLTEXT", "SPATIAL"} & set(words[:3]):
        return "mysql-fulltext"
    if "CHECK" in words:
        return "mysql-add-check"
    if "AUTO_INCREMENT" in words:
        return "mysql-auto-inc-add"
    if {"STORED", "PERSISTENT"} & set(words):
        return "add-stored-generated"
    if computed_default(each):
        return "mysql-expr-default"
    return ORDER if moved(words) else ""


def _modified(each: Clause, words: Sequence[str]) -> str:
    if values_changed(each):
        return "enum-set-copy"
    if _retyped(each):
        return TABLE_COPY
    return ORDER if moved(words) else ""


def moved(words: Sequence[str]) -> bool:
    """Whether the clause gives its column a place."""
    return "FIRST" in words[-1:] or "AFTER" in words[-2:-1]


def computed_default(each: Clause) -> bool:
    words = each.words
    at = words.index("DEFAULT") + 1 if "DEFAULT" in words else len(words)
    return words[at : at + 1] == ["("]


def column_name(each: Clause) -> str:
    """The column that ADD, MODIFY or CHANGE is about, under its old name."""
    rest = [t for t in each.tokens[1:] if t.word not in {"COLUMN", "IF", "NOT", "EXISTS", "("}]
    return rest[0].name if rest else ""


def values_changed(each: Clause) -> bool:
    """Whether an ENUM or SET gets other values."""
    old = of_column(each.step.before, each.table, column_name(each))
    return old is not None and old.type.lower().startswith(("enum(", "set("))


def _retyped(each: Clause) -> bool:
    name = column_name(each)
    old = of_column(each.step.before, each.table, name)
    new = of_column(each.step.after, each.table, name)
    return old is not None and new is not None and old.type != new.type


def unlimited_waits(review: Review) -> Iterator[tuple[Step, Identity]]:
    """The first change of a known table in each file that may wait for it as long as the server's
    lock_wait_timeout says: a year on MySQL, a day on MariaDB.
    """
    known = {id(each.step): each.table for each in reversed(clauses(review)) if each.known}
    limited: set[str] = set()
    for step in review.steps:
        path = step.statement.path
        if _LIMIT.match(step.statement.text):
            limited.add(path)
        table = known.get(id(step))
        if table and path not in limited and not _WAITS.search(step.statement.text):
            limited.add(path)
            yield step, table
