"""Offer the safe form of a statement once it was seen to reach the same schema."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from ci_runner.devdb.reach import Base
from ci_runner.devdb.replay import rehearse, script
from ci_runner.devdb.server import Server
from ci_runner.frozen import frozen
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Severity
from ci_runner.lint.suggest import SafeForm, safe_form
from ci_runner.migrations.directives import delimiter
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Statement, Step
from ci_runner.migrations.statements import decode
from ci_runner.schema.diff import diff

# As many files are tried one by one where all together do not get there.
_FEW = 8
# What a linter says of the steps of the files in their place.
Judge = Callable[[tuple[Step, ...]], Sequence[Finding]]


@frozen
class Replacement:
    """`sql` for a statement without its terminator, and the whole `lines` with it in its place."""

    sql: str
    lines: str


@frozen
class Rewritten:
    """One file in its safe form; `replacements` by line and column of the statement before."""

    file: MigrationFile
    replacements: Mapping[tuple[int, int], Replacement]


def suggested(
    server: Server,
    base: Base,
    files: Sequence[MigrationFile],
    format_name: str,
    history: History,
    findings: Sequence[Finding],
    judge: Judge,
    policy: Policy,
) -> tuple[tuple[Finding, ...], tuple[Rewritten, ...]]:
    """The findings with their replacements, and the files that hold them.

    `base` opens a database that the new `files` run on and `history` is what they did. What does
    not run, reaches another schema or is not judged better is not offered, nor is what answers a
    finding that does not count.
    """
    counting = policy.judge(findings).findings
    drafts = tuple(_drafts(server, files, format_name, history, counting))
    tried = _Trial(server, base, files, format_name, history, findings, judge)
    if drafts and tried.holds(drafts):
        offered = drafts
    else:
        several = drafts if 1 < len(drafts) <= _FEW else ()
        offered = tuple(each for each in several if tried.holds((each,)))
    texts = {
        (each.file.path, *place): text
        for each in offered
        for place, text in each.replacements.items()
    }
    none = Replacement("", "")
    placed = ((each, texts.get((each.path, each.line, each.column), none)) for each in findings)
    return tuple(
        replace(each, replacement=found.sql, suggestion=found.lines) for each, found in placed
    ), offered


def _drafts(
    server: Server,
    files: Sequence[MigrationFile],
    format_name: str,
    history: History,
    findings: Sequence[Finding],
) -> Iterator[Rewritten]:
    steps = {(s.statement.path, s.statement.line, s.statement.column): s for s in history.steps}
    forms: dict[str, dict[tuple[int, int], tuple[Statement, SafeForm]]] = {}
    for finding in findings:
        step = steps.get((finding.path, finding.line, finding.column))
        if step and (form := safe_form(finding.rule, step)):
            place = finding.line, finding.column
            forms.setdefault(finding.path, {})[place] = (step.statement, form)
    for file in files:
        if file.path in forms:
            draft = _draft(server, file, format_name, forms[file.path])
            if draft:
                yield draft


def _draft(
    server: Server,
    file: MigrationFile,
    format_name: str,
    forms: Mapping[tuple[int, int], tuple[Statement, SafeForm]],
) -> Rewritten | None:
    """The file in its safe form; None where its tool would still run it in a transaction.

    A file whose other statements count on a transaction keeps it, and one of change sets as well:
    what is in the way there is said at each of them.
    """
    if file.change_set is not None:
        return None
    text = decode(file.content, file.path)
    before = script(file, format_name, server.dialect)
    apart = any(form.apart for _, form in forms.values())
    counts_on_it = apart and before.wrapped and len(forms) < len(before.statements)
    if delimiter(text) is not None or counts_on_it:
        return None
    head = FORMATS[format_name].no_transaction if apart and before.wrapped else ""
    newline = "\r\n" if "\r\n" in text else "\n"
    first = min(forms)
    replacements: dict[tuple[int, int], Replacement] = {}
    whole = text
    for place in sorted(forms, reverse=True):
        statement, form = forms[place]
        sql = (head if place == first else "") + ";\n".join(form.statements)
        sql = sql.replace("\n", newline)
        start = _offset(text, *place)
        end = start + len(statement.text)
        begins, ends = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        rest = text[end : ends if ends >= 0 else len(text)].rstrip("\r")
        replacements[place] = Replacement(sql, text[begins:start] + sql + rest)
        whole = whole[:start] + sql + whole[end:]
    mark = b"\xef\xbb\xbf" if file.content.startswith(b"\xef\xbb\xbf") else b""
    after = replace(file, content=mark + whole.encode())
    wrapped = script(after, format_name, server.dialect).wrapped
    return None if apart and wrapped else Rewritten(after, replacements)


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1


@frozen
class _Trial:
    """Runs the change with some of its files in their safe form."""

    server: Server
    base: Base
    files: Sequence[MigrationFile]
    format_name: str
    history: History
    findings: Sequence[Finding]
    judge: Judge

    def holds(self, drafts: Sequence[Rewritten]) -> bool:
        """Whether all runs, the schema is the same and the findings weigh less."""
        safe = {each.file.path: each.file for each in drafts}
        dialect = self.server.dialect
        new = [script(safe.get(each.path, each), self.format_name, dialect) for each in self.files]
        with self.base() as connection:
            tried = rehearse(connection, dialect, new)
        return (
            tried.failed is None
            and not diff(self.history.schema, tried.schema)
            and self._weight(self.judge(tried.steps)) < self._weight(self.findings)
        )

    def _weight(self, findings: Sequence[Finding]) -> tuple[int, int, int]:
        """Errors, warnings, notes: no number of notes outweighs what a reviewer has to act on."""
        paths = {each.path for each in self.files}
        found = Counter(each.severity for each in findings if each.path in paths)
        return found[Severity.ERROR], found[Severity.WARNING], found[Severity.NOTE]
