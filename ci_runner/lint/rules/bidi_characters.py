"""Characters that make a text look like another one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity

# trojansource.codes: they reorder what is shown, or are not shown at all.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\u2060\u00ad]")


def _check(review: Review) -> Iterator[Hit]:
    seen: set[str] = set()
    for step in review.steps:
        said = _named(step.statement.text)
        if said:
            seen.add(step.statement.path)
            yield Hit(f"is not what it looks like: it holds {said}", step)
    for file in review.change.added:
        said = _named(file.content.decode("utf-8", errors="replace"))
        if said and file.path not in seen:
            yield Hit(f"a comment holds {said}", path=file.path)


def _named(text: str) -> str:
    if text.isascii():
        return ""
    found = dict.fromkeys(_HIDDEN.findall(text))
    return ", ".join(f"U+{ord(each):04X} {unicodedata.name(each)}" for each in found)


RULE = Rule(
    id="bidi-characters",
    title="Characters that hide what is written",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="Marks that turn the direction of writing, and characters without a width, show a reviewer"
    " other SQL than the one that the server runs.",
    instead="Remove them; write U&'\\\\202e' where a value needs one.",
    check=_check,
    group="security",
)
