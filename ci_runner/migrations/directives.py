"""Comments that speak to us: `-- schema-ci:nolint RULE`, and what other linters understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ci_runner.migrations.history import Directive

NO_TRANSACTION = "-- atlas:txmode none\n\n"

Scope = Literal["statement", "file"]

_OPENS = r"(?:--|[#]|/\*)\s*"
_OURS = re.compile(
    _OPENS
    + r"(?P<spelling>(?:schema-ci|atlas):(?P<verb>[a-z]+))(?P<file>-file)?(?![\w-])(?P<rest>.*)"
)
# The comments by which squawk, pgsafe, pg-migration-lint, pgfence, the Postgres language server,
# eugene and safemigrate are silenced. `noqa` is not among them: it speaks to formatters.
_PEERS = re.compile(
    _OPENS
    + r"""(?P<spelling>squawk-ignore|pgsafe:ignore|pgm-lint:suppress|pgfence-ignore|pgls-ignore
    |eugene:[ ]?ignore|safemigrate:ignore)(?P<file>-file)?(?![\w-])[:=]?(?P<rest>.*)""",
    re.VERBOSE,
)
_DELIMITER = re.compile(r"\A\ufeff?--[ \t]*(?:schema-ci|atlas):delimiter[ \t]+(?P<mark>[^\r\n]+)")
_LINE = re.compile(r"(?=.)([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(?:\r\n|.|\Z)", re.DOTALL)
_COMMENT = re.compile(r"--.*|#.*|/\*(?:(?!\*/).)*\*/")
# What follows one of these says why, in words.
_REASON = re.compile(r":|[ \t]--|[ \t]\(")
# Of pgsafe only the first word is a rule: the reason follows it directly.
_FIRST_WORD = re.compile(r"(?<=[\w-])[ \t]+(?![ \t,])")
_RULE = re.compile(r"(?:\w+/)*(?P<name>[A-Za-z][A-Za-z0-9_-]*)")


def directive(comment: str, line: int, scope: Scope) -> Directive | None:
    """The directive in one comment, None when it holds none. `line` is the comment's.

    One that ends in `-file` speaks for its file wherever it stands.
    """
    first = comment.split("\n", 1)[0].rstrip("\r")
    found = _OURS.match(first) or _PEERS.match(first)
    if found is None:
        return None
    spelling = found["spelling"]
    if spelling == "pgsafe:ignore":
        words, reason = _split(_FIRST_WORD, found["rest"].strip())
    else:
        words, reason = _split(_REASON, found["rest"])
    verb = found.groupdict().get("verb") or "nolint"
    rules = tuple(each["name"] for each in _RULE.finditer(words))
    return Directive(
        spelling, verb, rules, line, "file" if found["file"] else scope, _plain(reason)
    )


def _split(mark: re.Pattern[str], text: str) -> tuple[str, str]:
    words, *reason = mark.split(text, maxsplit=1)
    return words, "".join(reason)


def _plain(reason: str) -> str:
    return reason.strip().removesuffix("*/").strip(" \t()")


def delimiter(text: str) -> str | None:
    r"""What ends a statement, when the file's first line says so; `\n` stands for a new line."""
    found = _DELIMITER.match(text)
    if found is None:
        return None
    return found["mark"].strip().replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def file_directives(text: str) -> tuple[Directive, ...]:
    """Directives at the head of a file that an empty line sets apart from the first statement."""
    head: list[Directive] = []
    for number, line in _lines(text):
        if not line:
            return tuple(head)
        if not _COMMENT.fullmatch(line):
            return ()
        found = directive(line, number, "file")
        if found is not None:
            head.append(found)
    return tuple(head)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """As `str.splitlines` has them, one after the other: the head is a small part of most files."""
    for number, line in enumerate(_LINE.finditer(text.removeprefix("\ufeff")), 1):
        yield number, line[1].strip()


def transaction_mode(text: str) -> str | None:
    """The last `txmode` of the file's head: none, file or all; None when it sets none."""
    modes = [
        each.rules[0] for each in file_directives(text) if each.verb == "txmode" and each.rules
    ]
    return modes[-1] if modes else None
