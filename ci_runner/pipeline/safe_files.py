"""Files in their safe form, as their findings suggest it; nobody has run them yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from ci_runner.devdb.replay import script
from ci_runner.devdb.server import Server
from ci_runner.dialects.operations import AddConstraint, ValidateConstraint
from ci_runner.frozen import frozen
from ci_runner.lint.rule import Finding
from ci_runner.lint.suggest import SafeForm, safe_form
from ci_runner.migrations.directives import delimiter
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Step
from ci_runner.migrations.statements import decode

Place = tuple[int, int]


@frozen
class Replacement:
    """`sql` for a statement without its terminator, and the whole `lines` with it in its place.

    `rules` are those that have nothing to say of it.
    """

    sql: str
    lines: str
    rules: frozenset[str] = frozenset()


@frozen
class Rewritten:
    """One file in its safe form; `replacements` by line and column of the statement before."""

    file: MigrationFile
    replacements: Mapping[Place, Replacement]


@frozen
class _Chosen:
    """A statement, and the forms that rules have for it, the gravest finding's first."""

    step: Step
    forms: dict[str, SafeForm] = field(default_factory=dict)

    def written(self, *, apart: bool) -> tuple[str, frozenset[str]]:
        """The text of a form that holds in a file with or without a transaction, and whose it is.

        One of them says how the statement is written; settings ahead of it are for a transaction.
        """
        as_is = (self.step.statement.text,)
        held = [
            each.statements
            for each in self.forms.values()
            if (each.apart and apart) or (not each.apart and each.statements != as_is)
        ]
        statements = held[0] if held else as_is
        ahead = {rule: each.ahead for rule, each in self.forms.items() if each.ahead and not apart}
        rules = {
            rule
            for rule, each in self.forms.items()
            if held and each.statements == statements and not each.ahead
        }
        settings = (one for each in ahead.values() for one in each)
        return ";\n".join((*settings, *statements)), frozenset(rules | ahead.keys())


def drafts(
    server: Server,
    files: Sequence[MigrationFile],
    format_name: str,
    history: History,
    findings: Sequence[Finding],
) -> Iterator[Rewritten]:
    """Of a change that failed only the statement that did."""
    tried = (history.failed,) if history.failed else history.steps
    steps = {(s.statement.path, s.statement.line, s.statement.column): s for s in tried}
    chosen: dict[str, dict[Place, _Chosen]] = {}
    for finding in sorted(findings, key=lambda each: -each.severity.rank):
        step = steps.get((finding.path, finding.line, finding.column))
        if step and (form := safe_form(finding.rule, step)):
            place = finding.line, finding.column
            of_file = chosen.setdefault(finding.path, {})
            of_file.setdefault(place, _Chosen(step)).forms.setdefault(finding.rule, form)
    for file in files:
        if file.path in chosen:
            own = tuple(step for step in history.steps if step.statement.path == file.path)
            draft = _draft(server, file, format_name, own, chosen[file.path])
            if draft:
                yield draft


def _draft(
    server: Server,
    file: MigrationFile,
    format_name: str,
    steps: Sequence[Step],
    chosen: Mapping[Place, _Chosen],
) -> Rewritten | None:
    """None where its tool would still run it in a transaction, or nothing is written otherwise.

    A file whose other statements count on a transaction keeps it; a change set shares its file with
    others, and stays.
    """
    text = decode(file.content, file.path)
    if delimiter(text) is not None or file.change_set is not None:
        return None
    wrapped = script(file, format_name, server.dialect).wrapped
    wanted = any(form.apart for each in chosen.values() for form in each.forms.values())
    rest = (each for each in steps if (each.statement.line, each.statement.column) not in chosen)
    apart = wanted and (not wrapped or all(map(_is_stage, rest)))
    head = FORMATS[format_name].no_transaction if apart and wrapped else ""
    first = steps[0].statement
    whole, replacements = _written(text, (first.line, first.column), chosen, head, apart=apart)
    mark = b"\xef\xbb\xbf" if file.content.startswith(b"\xef\xbb\xbf") else b""
    after = replace(file, content=mark + whole.encode())
    still = apart and script(after, format_name, server.dialect).wrapped
    return None if still or whole == text else Rewritten(after, replacements)


def _is_stage(step: Step) -> bool:
    """Whether it is made to be committed before the next statement: it counts on no transaction."""
    return bool(step.operations) and all(
        isinstance(each, ValidateConstraint) or (isinstance(each, AddConstraint) and each.not_valid)
        for each in step.operations
    )


def _written(
    text: str, begin: Place, chosen: Mapping[Place, _Chosen], head: str, *, apart: bool
) -> tuple[str, dict[Place, Replacement]]:
    """The file with the safe forms, and each of them where it can be taken by itself.

    `head` stands before the first statement: where that stays as it is, no form holds alone.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    replacements: dict[Place, Replacement] = {}
    whole = text
    for place in sorted(chosen, reverse=True):
        said = chosen[place].step.statement.text
        sql, rules = chosen[place].written(apart=apart)
        if sql == said and not (head and place == begin):
            continue
        sql = ((head if place == begin else "") + sql).replace("\n", newline)
        start = _offset(text, *place)
        end = start + len(said)
        begins, ends = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        rest = text[end : ends if ends >= 0 else len(text)].rstrip("\r")
        replacements[place] = Replacement(sql, text[begins:start] + sql + rest, rules)
        whole = whole[:start] + sql + whole[end:]
    if not head or (begin in replacements and replacements[begin].rules):
        return whole, replacements
    if begin not in replacements:
        start = _offset(text, *begin)
        whole = whole[:start] + head.replace("\n", newline) + whole[start:]
    return whole, {}


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column - 1
