"""What every engine must answer: the Dialect and Connection protocols and their values."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ci_runner.dialects.obstacles import Obstacle
from ci_runner.dialects.operations import Operation
from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.sizes import TableSize

_VERSION = re.compile(r"\d+(?:\.\d+)*")


@frozen
class Syntax:
    """Lexical rules that a statement splitter needs.

    `mysql` is what only MySQL's own client and parser know: the DELIMITER line, `#` comments, `--`
    that is none without a space behind it, code in `/*! */`, backslashes and double quotes in
    strings, and bodies of stored programs.
    """

    dollar_quotes: bool = False
    escape_strings: bool = False
    nested_comments: bool = False
    identifier_quotes: tuple[str, ...] = ('"',)
    atomic_bodies: bool = False
    trigger_bodies: bool = False
    mysql: bool = False


@frozen
class Failure:
    """The server's own words on a statement that failed.

    `offset` counts characters from the start of the statement; None when the server gave none.
    """

    message: str
    code: str = ""
    detail: str = ""
    hint: str = ""
    offset: int | None = None

    def __str__(self) -> str:
        """The message, and the code that one can search for: SQLSTATE has five characters."""
        if not self.code:
            return self.message
        return f"{self.message} ({'SQLSTATE ' * (len(self.code) == 5)}{self.code})"


class StatementFailed(Exception):
    """A statement that the server refused. Expected; callers turn it into a value or a SqlError."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@frozen
class Outcome:
    """What the server answered: rows touched (None where the engine does not count), notices."""

    rows: int | None = None
    notices: tuple[str, ...] = ()


class Connection(Protocol):
    """An open session in autocommit mode. A lost server raises errors.DatabaseError."""

    def execute(self, sql: str) -> Outcome:
        """Run one statement. Raises StatementFailed."""

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Run one of our own SELECTs. Raises StatementFailed."""

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        """The rows of several of our own SELECTs, in one exchange where the engine can."""

    def reset(self) -> None:
        """Undo what was SET for the session, outside of a transaction. Temporary tables stay.

        What a sequence gave last is forgotten as well, where the engine can.
        """

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, failed ones included; a lost session has none."""


@frozen
class Lock:
    """A lock taken on a relation that existed before; `mode` as the engine's manual spells it."""

    relation: Identity
    mode: str


@frozen
class OnlineDdl:
    """The least that a server asks for to change a table, in MySQL's and MariaDB's words.

    `algorithm` is the cheapest that it took: INSTANT, NOCOPY, INPLACE or COPY. `lock` is the
    weakest: NONE lets others read and write meanwhile, SHARED only read, EXCLUSIVE neither.
    `reason` is why it took no cheaper algorithm, as far as it told. `form` is the statement with
    both named, so that a server which can't do it so refuses; "" where that would be no help.
    """

    table: Identity
    algorithm: str
    lock: str
    reason: str = ""
    form: str = ""

    def __str__(self) -> str:
        return f"ALGORITHM={self.algorithm}, LOCK={self.lock}"


@frozen
class Ran:
    """One statement that was run: what the server answered, and how long that took in seconds.

    `locks` are those that a look from within the session could not have seen, `metadata_locks`
    those of MySQL and MariaDB.
    """

    outcome: Outcome
    seconds: float
    online: OnlineDdl | None = None
    locks: frozenset[Lock] = frozenset()
    metadata_locks: frozenset[Lock] = frozenset()


def as_written(connection: Connection, sql: str) -> Ran:
    """Run one statement as it stands. Raises StatementFailed."""
    started = time.perf_counter()
    outcome = connection.execute(sql)
    return Ran(outcome, time.perf_counter() - started)


def version_of(connection: Connection, query: str) -> tuple[int, ...]:
    """The numbers that the server's answer begins with: `10.11.6-MariaDB` has three."""
    ((said,),) = connection.query(query)
    found = _VERSION.match(str(said))
    return tuple(int(each) for each in found[0].split(".")) if found else ()


@dataclass(frozen=True)
class Sighting:
    """One look at a database: its schema and the physical facts that tell what a statement did.

    `handles` are server-internal ids that survive a rename; `storage` names the files behind a
    relation and changes when it is rewritten; `locks` are those held by this session now; `scans`
    count how often this session's transaction has read a relation from end to end.
    """

    schema: Schema
    handles: Mapping[Identity, str] = field(default_factory=dict)
    storage: Mapping[Identity, str] = field(default_factory=dict)
    locks: frozenset[Lock] = frozenset()
    scans: Mapping[Identity, int] = field(default_factory=dict)


@frozen
class PlannedStatement:
    """One statement of a plan, without its terminator.

    `summary` is a sentence without SQL; `undo` the SQL that reverts it (statements with `;` between
    them, the last without), None where data or definition is lost, "" where the undo of an earlier
    statement is enough; `hazards` are sentences on locks, rewrites, scans and data, `undo_hazards`
    the same on the way back, or why there is none. `apart` is true
    of what may run in a transaction but not in that of the statements before it, whose locks it
    would hold for long. `serves` names the change that this statement is only a step of (`Rebuild
    table users`), "" when it is a change by itself. `questions` are for the user to answer before
    the statement is run: whether it undoes what was meant as a rename.

    `locks` is the strongest on each relation that was there before the plan, `rewrites` and `scans`
    are tables that were written again or read through, `online` is how a table could be changed:
    all seen when the plan was proven, and empty before. Outside of a transaction nothing is seen:
    there they say what the engine's manual says.
    """

    sql: str
    summary: str
    object: Identity
    destructive: bool = False
    transactional: bool = True
    apart: bool = False
    undo: str | None = None
    hazards: tuple[str, ...] = ()
    undo_hazards: tuple[str, ...] = ()
    serves: str = ""
    questions: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[Identity, ...] = ()
    scans: tuple[Identity, ...] = ()
    online: OnlineDdl | None = None


@frozen
class PlanOptions:
    """What the user settles about plans.

    `online` chooses forms that do not block readers and writers where the engine has them; of the
    kinds of identity in `leave` the old schema's objects stay as they are, whatever the new one
    says: owners are not compared unless the user asks for it. `column order` there means that
    columns which stay are not moved. `version` is that of the server in production, as `(3, 31)`,
    () where it is that of the dev database.
    """

    online: bool = False
    leave: frozenset[str] = frozenset({"owner", "column order"})
    version: tuple[int, ...] = ()


USUAL = PlanOptions()
EVERYTHING = PlanOptions(leave=frozenset())


@frozen
class Held:
    """A relation as the session that changes it sees it.

    `handle` survives a rename, `storage` names the file behind it; `mode` is the strongest lock
    that this session holds on it, "" for none. `seen` is None where it has just been dropped.
    """

    handle: str
    seen: Identity | None
    storage: str
    mode: str = ""


class Together(Protocol):
    """Statements that are run one after the other and looked at together, behind the last of them.

    What each of them did can be told apart. It lives within one transaction, and ends with `looks`.
    """

    def __len__(self) -> int: ...

    def between(self) -> None:
        """See what has been locked and read by now: behind each statement but the last.

        If the next statement fails, only that is taken back.
        """

    def looks(self, *, failed: bool) -> tuple[Sighting, ...]:
        """What `sight` would have said behind each statement that was run.

        `failed` is whether the one after the last `between` was refused: it is taken back.
        """


class Language(Protocol):
    """What an engine understands: all that is asked where nothing is run."""

    @property
    def name(self) -> str: ...

    @property
    def syntax(self) -> Syntax: ...

    @property
    def default_schema(self) -> str:
        """What an unqualified name means; "" on engines without schemas."""

    def parse(self, sql: str) -> tuple[Operation, ...]:
        """What one statement says that it does. Never raises: what can't be read is Unparsed."""


class Dialect(Language, Protocol):
    """One engine."""

    @property
    def title(self) -> str:
        """The engine's own spelling: PostgreSQL, SQLite."""

    @property
    def transactional_ddl(self) -> bool:
        """Whether DDL rolls back with its transaction."""

    @property
    def locks_relations(self) -> bool:
        """Whether a transaction holds locks on relations, which its own session can see."""

    @property
    def rebuilds(self) -> bool:
        """Whether a table is changed by making it anew, with all that lives on it."""

    def quote(self, name: str) -> str:
        """`name` as an identifier, quoted only where the engine asks for it."""

    def inspect(self, connection: Connection) -> Schema:
        """The whole schema, in a constant number of catalogue queries."""

    def sight(self, connection: Connection, since: Sighting | None = None) -> Sighting:
        """`inspect` with the physical facts that `compare` needs.

        `since` is an earlier look at the same database: what has not changed need not be read
        again. The answer is the same without it, only later.
        """

    def committed(self, connection: Connection, since: Sighting) -> Sighting:
        """`sight` behind a COMMIT that is all that was run since the look `since`."""

    def together(
        self, connection: Connection, statements: Iterable[str], since: Sighting
    ) -> Together | None:
        """The first of these statements, two or more, of which one look can tell what each did.

        `since` is the look before them. None where there are no such statements, or only a look
        behind each is sure to tell.
        """

    def plan(
        self, old: Schema, new: Schema, options: PlanOptions = USUAL
    ) -> tuple[PlannedStatement, ...]:
        """Statements, in order, that turn `old` into `new`; empty when they are equal."""

    def create(
        self, schema: Schema, options: PlanOptions = EVERYTHING
    ) -> tuple[PlannedStatement, ...]:
        """Statements that make `schema` in an empty database."""

    def rename(self, old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
        """Statements after which the object `old`, and all that it holds, has the name `new`.

        None where the engine renames nothing of the kind: it is dropped and made again.
        """

    def before_renames(self, schema: Schema) -> tuple[PlannedStatement, ...]:
        """Drop what keeps the engine from renaming anything; a plan from there makes it again."""

    def run(self, connection: Connection, sql: str) -> Ran:
        """Run one statement so that it is seen how little it needs, where the engine tells.

        It does what the statement as it stands would do. Raises StatementFailed.
        """

    def relations(self, connection: Connection) -> tuple[Held, ...]:
        """Every relation that has a lock of its own, none where the engine locks the database."""

    def held(self, connection: Connection) -> tuple[Held, ...]:
        """Those that this session's transaction has locked, those that it dropped included."""

    def scanned(self, notices: tuple[str, ...]) -> frozenset[str]:
        """The names of tables that the server said it read through. See `talkative`."""

    def sizes(self, connection: Connection) -> Mapping[Identity, TableSize]:
        """How large each table is, read from a database that is not ours: without any lock."""

    @property
    def talkative(self) -> str:
        """SQL that lets the server say what it scans, until the session is reset; "" for none."""

    def version(self, connection: Connection) -> tuple[int, ...]:
        """Of the server: `(16, 4)`, `(10, 11, 6)`; MariaDB counts otherwise than MySQL."""

    def obstacles(self, sql: str, before: Schema) -> tuple[Obstacle, ...]:
        """What rows would stop one statement, as far as its text and the schema tell."""
