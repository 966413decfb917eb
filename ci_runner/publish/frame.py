"""A team's own text above and below the report, which can't lose the comment's marker."""

from __future__ import annotations

from collections.abc import Callable

from ci_runner.errors import ConfigError, InternalError
from ci_runner.frozen import frozen
from ci_runner.report.escape import guard

_LONGEST = 8_000


@frozen
class Frame:
    """Markdown as the team wrote it, "" for none."""

    header: str = ""
    footer: str = ""

    def around(self, text: str) -> str:
        parts = (self.header, text, self.footer)
        return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def frame(read: Callable[[str], bytes | None], header: str, footer: str) -> Frame:
    """The files of these names, as `read` gives them. Raises ConfigError for what is no such text.

    `read` is of the base branch: else a pull request could write into our comment what it likes.
    """
    return Frame(_text(read, header, "header"), _text(read, footer, "footer"))


def _text(read: Callable[[str], bytes | None], path: str, which: str) -> str:
    if not path:
        return ""
    key = f"publish.comment-{which}"
    if (content := read(path)) is None:
        raise ConfigError(
            f"the base branch has no {path}", where=key, next_step="merge the file first"
        )
    try:
        text = content.decode()
    except UnicodeDecodeError as bad:
        raise ConfigError(f"{path} is not UTF-8", where=key) from bad
    if len(text) > _LONGEST:
        raise ConfigError(f"{path} is longer than {_LONGEST} characters", where=key)
    try:
        return guard(text)
    except InternalError as bad:
        raise ConfigError(
            f"{path} would not stay text in a comment",
            where=key,
            said=bad.what,
            next_step="let no line begin with `/`, and close every code block",
        ) from bad
