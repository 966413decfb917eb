"""The last look at a text for GitLab, which obeys a line of a note that starts with a slash.

What GitLab takes for code, where it obeys nothing, depends on its version: by Markdown, or by
patterns for which three backticks end a block however long its fence is. So no line may start with
a slash and a word, in code neither: in code an invisible character is put before the slash.
"""

from __future__ import annotations

import re

from ci_runner.errors import ForgeError

_FENCE = re.compile(r" {0,3}(?P<ticks>`{3,}|~{3,})(?P<rest>.*)")
_WORD = re.compile(r"(\s*)/(?=\w)")
# In untrusted text it can't stand: there it is shown as an escape.
_ZERO_WIDTH_SPACE = "\u200b"


def inert(body: str) -> str:
    """`body` with no line that GitLab could obey. `restored` gives it back.

    Raises ForgeError for a line outside of code that starts with a slash: nothing of ours does.
    """
    lines, closing = [], ""
    for number, line in enumerate(body.replace("\r", "").split("\n"), 1):
        found = _FENCE.fullmatch(line)
        if closing:
            ends = found and not found["rest"].strip() and found["ticks"].startswith(closing)
            closing = "" if ends else closing
        elif found and not (found["ticks"][0] == "`" and "`" in found["rest"]):
            closing = found["ticks"]
        elif line.lstrip().startswith("/"):
            raise ForgeError(
                "the text was not sent: GitLab would run a line of it as a quick action",
                where=f"line {number}",
                next_step="let no line of a header or footer start with `/`; the report's files "
                "hold the whole text",
            )
        word = _WORD.match(line) if closing else None
        lines.append(f"{word[1]}{_ZERO_WIDTH_SPACE}{line[word.end() - 1 :]}" if word else line)
    return "\n".join(lines)


def restored(body: str) -> str:
    """The text that `inert` made `body` of."""
    return body.replace(f"{_ZERO_WIDTH_SPACE}/", "/")
