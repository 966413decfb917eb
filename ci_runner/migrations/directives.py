"""Comments that speak to us: `-- schema-ci:nolint RULE`, and the directives of Atlas."""

from __future__ import annotations

import re
from typing import Literal

from ci_runner.migrations.history import Directive

_DIRECTIVE = re.compile(
    r"(?:--|#|/\*)\s*(?P<who>schema-ci|atlas):(?P<verb>[a-z]+)[ \t]*(?P<rest>[^\r\n]*)"
)
_DELIMITER = re.compile(r"\A\ufeff?--[ \t]*(?:schema-ci|atlas):delimiter[ \t]+(?P<mark>[^\r\n]+)")
_COMMENT = re.compile(r"--.*|#.*|/\*(?:(?!\*/).)*\*/")
# What follows one of these says why, in words.
_REASON = re.compile(r":|[ \t]--|[ \t]\(")
_RULE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def directive(comment: str, line: int, scope: Literal["statement", "file"]) -> Directive | None:
    """The directive in one comment, None when it holds none. `line` is the comment's."""
    found = _DIRECTIVE.match(comment)
    if found is None:
        return None
    words = tuple(_RULE.findall(_REASON.split(found["rest"], maxsplit=1)[0]))
    return Directive(f"{found['who']}:{found['verb']}", found["verb"], words, line, scope)


def delimiter(text: str) -> str | None:
    r"""What ends a statement, when the file's first line says so; `\n` stands for a new line."""
    found = _DELIMITER.match(text)
    if found is None:
        return None
    return found["mark"].strip().replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t")


def file_directives(text: str) -> tuple[Directive, ...]:
    """Directives at the head of a file that an empty line sets apart from the first statement."""
    head: list[Directive] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        stripped = line.strip()
        if not stripped:
            return tuple(head)
        if not _COMMENT.fullmatch(stripped):
            return ()
        found = directive(stripped, number, "file")
        if found is not None:
            head.append(found)
    return tuple(head)


def transaction_mode(text: str) -> str | None:
    """The last `txmode` of the file's head: none, file or all; None when it sets none."""
    modes = [
        each.rules[0] for each in file_directives(text) if each.verb == "txmode" and each.rules
    ]
    return modes[-1] if modes else None
