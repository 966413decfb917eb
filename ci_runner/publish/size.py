"""How long a text is in the ways that forges count, and the fullest rendering that fits."""

from __future__ import annotations

from collections.abc import Callable

from ci_runner.errors import ForgeError
from ci_runner.frozen import frozen

Render = Callable[[int], str]
LEVELS = 4


@frozen
class Size:
    code_points: int
    utf16_units: int
    bytes: int

    @property
    def characters(self) -> int:
        """The larger of the two ways to count characters."""
        return max(self.code_points, self.utf16_units)


def measure(text: str) -> Size:
    return Size(len(text), len(text.encode("utf-16-le")) // 2, len(text.encode()))


def fullest(render: Render, *, characters: int, max_bytes: int) -> str:
    """The first level, 0 full to 3 header only, within both limits. Never a cut text."""
    for level in range(LEVELS):
        text = render(level)
        size = measure(text)
        if size.characters <= characters and size.bytes <= max_bytes:
            return text
    raise too_long(characters)


def too_long(characters: int) -> ForgeError:
    return ForgeError(
        f"even the report's header is longer than {characters} characters",
        next_step="shorten what `publish.comment-header` and `publish.comment-footer` name",
    )
