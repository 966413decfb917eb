"""Which quick actions GitLab would obey in a note, by its old rules and its new ones."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

_COMMANDS = "merge|approve|close|label|assign"


def quick_actions(body: str) -> list[str]:
    """The commands in a text: in paragraphs of its own, and in lines outside of ``` and ```."""
    lines = body.replace("\r", "").split("\n")
    found = []
    for token in MarkdownIt("commonmark").parse("\n".join(lines)):
        if token.type == "paragraph_open" and token.level == 0 and token.map:
            found += lines[token.map[0] : token.map[1]]
    inside = False
    for line in lines:
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            found.append(line)
    matched = (re.match(rf"\s*/({_COMMANDS})\b", line, re.IGNORECASE) for line in found)
    return [match[1].lower() for match in matched if match]
