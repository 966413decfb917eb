"""When and by which run a comment was written: in its status line, and no part of what it says.

Without it a comment is compared, so that a run that has nothing new to tell writes nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ci_runner.context import Build
from ci_runner.report.escape import site

# The end of the line that report.markdown writes below the title, and nothing that others write.
_LINE = re.compile(r"(?m)^(<sub>.* · schema-ci <code>[^<\n]*</code>)(</sub>)$")
_STAMP = re.compile(
    r"(?m)^(<sub>.* · schema-ci <code>[^<\n]*</code>)"
    r"(?: · \[run \w*\]\([^()\s]+\))? · \d{4}-\d\d-\d\d \d\d:\d\d UTC(</sub>)$"
)


def stamp(build: Build, at: datetime) -> str:
    """Markdown: a link to the run where it has a page, and the time in UTC."""
    when = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if site(build.run_url) and build.run_id.isalnum():
        return f" · [run {build.run_id}]({build.run_url}) · {when}"
    return f" · {when}"


def stamped(text: str, mark: str) -> str:
    """`text` with `mark` in its status line, where it has one."""
    return _LINE.sub(lambda line: f"{line[1]}{mark}{line[2]}", text, count=1)


def unstamped(text: str) -> str:
    """`text` as it was before it was stamped."""
    return _STAMP.sub(r"\1\2", text, count=1)
