"""What a rule is, what it looks at, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import Literal, TypeAlias, TypeVar, cast, get_args

from ci_runner.dialects.operations import CreateTable, Operation
from ci_runner.frozen import frozen
from ci_runner.lint.arrivals import Arrival, ArrivedColumn, arrivals, columns
from ci_runner.lint.by_kind import ByKind
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch, follow
from ci_runner.lint.options import RuleOption
from ci_runner.lint.written import Written, told, written
from ci_runner.migrations.directory import DirectoryChange
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity, Schema, SchemaObject
from ci_runner.schema.production import UNKNOWN, Production

E = TypeVar("E", bound=Effect)
T = TypeVar("T")
Group = Literal["safety", "compatibility", "history", "security", "design", "performance", "style"]
GROUPS: tuple[Group, ...] = get_args(Group)


class Severity(StrEnum):
    """How bad a finding is; `off` is for what is not asked."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    OFF = "off"

    @property
    def rank(self) -> int:
        """Higher is worse."""
        return ("off", "note", "warning", "error").index(self.value)


@frozen
class Finding:
    """One thing a reviewer should know. Lines count from 1; 0 means the file as a whole.

    `evidence` is what was seen on the dev database, "" where the text alone was judged.
    `instead` is what to do, in words or SQL; `replacement` is SQL for the statement's place that
    was seen to reach the same schema, `suggestion` the whole lines with it; "" without one.

    `statement` is what the finding is about, "" for a file as a whole, and `column` where it
    begins. `tables` are the full names of those that the statement works on. `fingerprint` stays
    the same when lines move.
    """

    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    end_line: int
    evidence: str = ""
    instead: str = ""
    column: int = 0
    statement: str = ""
    tables: tuple[str, ...] = ()
    replacement: str = ""
    suggestion: str = ""
    fingerprint: str = ""


@frozen
class Hit:
    """What a rule yields; the checker adds id, severity and advice.

    `step` is None for hits on a file as a whole, which then name `path`. `severity` is given where
    it is not the rule's usual one; what is configured goes before both.
    """

    message: str
    step: Step | None = None
    path: str = ""
    evidence: str = ""
    instead: str = ""
    severity: Severity | None = None


@dataclass(frozen=True)
class Review:
    """All that rules look at: the new files' steps in order and the schema they start from.

    `base` is the schema that running clients know: before the first new file. Where `base_known`
    is False (files linted alone) every table that they themselves do not create counts as known.
    `tool_known` is False for files of no project: nobody knows what will run them.
    `production` is what is known of the real tables, and `version` that of their server, such as
    (14, 2): as it is assumed, else the dev server's, () where nothing was run; `options` are the
    checked ones, by rule. `outside` says how the tool is told to open no transaction around a file,
    "" for our own way. `ours` are the steps of the migration that we planned, by identity.
    """

    dialect: str
    default_schema: str
    base: Schema
    steps: tuple[Step, ...]
    change: DirectoryChange = DirectoryChange()
    base_known: bool = True
    tool_known: bool = True
    production: Production = UNKNOWN
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    version: tuple[int, ...] = ()
    outside: str = ""
    ours: frozenset[int] = frozenset()

    @property
    def outside_instead(self) -> str:
        """What to write in place of a statement in a transaction; "" for what the rule says."""
        return f"Put it into a file of its own, {self.outside}." if self.outside else ""

    def before(self, *version: int) -> bool:
        """Whether production is older than a version, as far as is known."""
        return bool(self.version) and self.version < version

    @cached_property
    def touches(self) -> tuple[Touch[Effect], ...]:
        """What every statement does, in order, on which tables."""
        return follow(self.steps, self.base, self.default_schema, base_known=self.base_known)

    @cached_property
    def made(self) -> frozenset[Identity]:
        """The tables that the files make, under the names that they make them with."""
        return frozenset(
            touch.table for touch in self.touches if isinstance(touch.operation, CreateTable)
        )

    @cached_property
    def arrivals(self) -> tuple[Arrival, ...]:
        """The objects that the files bring and leave behind, and those that they alter."""
        return arrivals(
            self.steps, self.base, told(self.dialect, self.written, self.default_schema)
        )

    @cached_property
    def columns(self) -> tuple[ArrivedColumn, ...]:
        """The columns that are new or have another type, each once."""
        return columns(self.arrivals)

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of `columns`: few, whatever their number."""
        return frozenset(each.column.type for each in self.columns)

    @cached_property
    def written(self) -> tuple[Written, ...]:
        """Every statement's tree, in order."""
        return written(self.dialect, self.steps)

    def on_known(self, kind: type[E]) -> Iterator[Touch[E]]:
        """The operations of one kind on tables that running clients know."""
        return (touch for touch in self.upon(kind) if touch.known)

    def upon(self, kind: type[E]) -> Sequence[Touch[E]]:
        """The operations of one kind, in order."""
        return cast("Sequence[Touch[E]]", tuple(self._by_operation.of(kind)))

    def among(self, *kinds: type[Effect]) -> Iterator[Touch[Effect]]:
        """The operations of several kinds, in order."""
        return self._by_operation.of(*kinds)

    @cached_property
    def _by_operation(self) -> ByKind[Touch[Effect]]:
        return ByKind(self.touches, lambda each: (type(each.operation),))

    def doing(self, *kinds: type[Operation]) -> Iterator[Step]:
        """The statements that say one of these, in order."""
        return self._by_words.of(*kinds)

    @cached_property
    def _by_words(self) -> ByKind[Step]:
        return ByKind(self.steps, lambda each: map(type, each.operations))

    def written_as(self, *kinds: str) -> Iterator[Written]:
        """The trees of these kinds, in order."""
        return self._by_tree.of(*kinds)

    @cached_property
    def _by_tree(self) -> ByKind[Written]:
        return ByKind(self.written, lambda each: (each.kind,))

    def arriving(self, *kinds: type[SchemaObject]) -> Iterator[Arrival]:
        """The objects of some kinds among `arrivals`."""
        return self._by_object.of(*kinds)

    @cached_property
    def _by_object(self) -> ByKind[Arrival]:
        return ByKind(self.arrivals, lambda each: (type(each.new),))

    def statements(self, kind: type[E] | None = None) -> Iterator[_Statement]:
        """Every step with all that it does, or those that do one `kind` of thing."""
        return iter(self._statements) if kind is None else self._by_effect.of(kind)

    @cached_property
    def _statements(self) -> tuple[_Statement, ...]:
        together = (tuple(found) for _, found in groupby(self.touches, key=_step))
        return tuple((touches[0].step, touches) for touches in together)

    @cached_property
    def _by_effect(self) -> ByKind[_Statement]:
        return ByKind(self._statements, lambda each: {type(one.operation) for one in each[1]})

    def once(self, work: Callable[[Review], Iterable[T]]) -> tuple[T, ...]:
        """What `work` finds in this review: several rules ask for it, and it is done once."""
        if work not in self._done:
            self._done[work] = tuple(work(self))
        return cast("tuple[T, ...]", self._done[work])

    @cached_property
    def _done(self) -> dict[object, tuple[object, ...]]:
        return {}


_Statement: TypeAlias = tuple[Step, tuple[Touch[Effect], ...]]


def _step(touch: Touch[Effect]) -> int:
    return id(touch.step)


@frozen
class Rule:
    """One rule, one file in `lint/rules/`, with examples in `lint/examples/<id>/`.

    `id` is the field's id of the check; `aliases` are other tools' names for it. `why` says what
    goes wrong in production, `instead` what to do. `group` is a name for its kind, by which a
    policy can set the severity of all such rules; `waits` says that the harm is that somebody
    waits, which a small table makes short; `of_writing` that it is about how a file is written,
    which nobody can better in a migration that we wrote. One whose `severity` is `off` is for teams
    that ask for it.
    """

    id: str
    title: str
    severity: Severity
    dialects: tuple[str, ...]
    why: str
    instead: str
    check: Callable[[Review], Iterator[Hit]]
    aliases: tuple[str, ...] = ()
    group: Group = "safety"
    waits: bool = False
    of_writing: bool = False
    options: tuple[RuleOption, ...] = ()
