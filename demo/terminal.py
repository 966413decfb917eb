"""Show the comment's Markdown on a terminal, as a reader of the pull request sees it.

It knows what `ci_runner.report.markdown` writes and no more: headings, paragraphs, tables, fences,
lists, quotes, `<details>`, and inside a line `<code>`, `<sub>`, `<br>`, `**` and links.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

_PIECE = re.compile(
    r"\[?<code>(?P<code>.*?)</code>(?:\]\([^)]*\))?"
    r"|(?P<bold>\*\*)|(?P<break><br>)|(?P<tag></?(?:sub|details|summary)[^>]*>)"
    r"|(?P<text>[^<\[*]+|.)"
)
_COLORS = {"code": "36", "bold": "1", "": ""}
_LONG_WORD = 14


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text of one style, without spaces."""

    text: str
    style: str


_Word = tuple[_Piece, ...]
_Line = tuple[_Word, ...]


def show(markdown: str, *, width: int, color: bool) -> str:
    """`markdown` as lines of at most `width` columns."""
    lines: list[str] = []
    for line in _Page(width, color).blocks(markdown.splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"


def columns(text: str) -> int:
    """How many columns a terminal gives to `text`: two for a wide character or an emoji."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    flat = sum(unicodedata.combining(letter) > 0 for letter in text)
    # U+FE0F is no letter of its own: it makes the one before it an emoji, which is wide.
    return len(text) + wide - flat


@dataclass(frozen=True, slots=True)
class _Page:
    width: int
    color: bool

    def blocks(self, lines: Sequence[str]) -> Iterator[str]:
        rest = list(lines)
        while rest:
            line = rest.pop(0)
            if line.startswith("```"):
                yield from (f"    {each}" for each in _until(rest, line.rstrip("abcdefgqlsh")))
            elif line.startswith("|"):
                table = [line]
                while rest and rest[0].startswith("|"):
                    table.append(rest.pop(0))
                yield from self.table(table)
            elif line.startswith("<!--") or line == "</details>":
                continue
            else:
                yield from self.paragraph(line)

    def paragraph(self, line: str) -> Iterator[str]:
        first, text = "", line
        for mark, shown in (("### ", ""), ("#### ", ""), ("- ", "• "), ("> ", "▌ ")):
            if line.startswith(mark):
                first, text = shown, line.removeprefix(mark)
        if line.startswith("<details"):
            first = "▾ "
        if line.startswith("#"):
            text = f"**{text.replace('**', '')}**"
        found = [self.joined(each) for each in _wrapped(_lines(text), self.width - len(first))]
        for number, each in enumerate(found or [""]):
            yield (first if number == 0 else " " * len(first)) + each

    def table(self, rows: Sequence[str]) -> Iterator[str]:
        head, _, *body = ([_lines(cell) for cell in _cells(row)] for row in rows)
        widths = self.widths([head, *body])
        if not widths:
            yield from self.records(head, body)
            return
        yield _rule("┌┬┐", widths)
        for number, row in enumerate((head, *body)):
            if number:
                yield _rule("├┼┤", widths)
            wrapped = [_wrapped(cell, room) for cell, room in zip(row, widths, strict=True)]
            for across in zip_longest(*wrapped, fillvalue=()):
                cells = (
                    self.joined(line) + " " * (room - _columns(line))
                    for line, room in zip(across, widths, strict=True)
                )
                yield f"│ {' │ '.join(cells)} │"
        yield _rule("└┴┘", widths)

    def widths(self, rows: Sequence[Sequence[Sequence[_Line]]]) -> list[int]:
        """As wide as the cells want to be; where that is too much, the widest give way.

        Words of usual length are not cut; where that can't be had, there are no widths.
        """
        cells = [[line for cell in column for line in cell] for column in zip(*rows, strict=True)]
        found = [max(map(_columns, lines), default=1) for lines in cells]
        least = [
            min(max((_columns((word,)) for line in lines for word in line), default=1), _LONG_WORD)
            for lines in cells
        ]
        room = self.width - 3 * len(found) - 1
        if sum(least) > room:
            return []
        while sum(found) > room:
            given = max(range(len(found)), key=lambda n: (found[n] > least[n], found[n]))
            found[given] -= 1
        return found

    def records(
        self, head: Sequence[Sequence[_Line]], body: Sequence[Sequence[Sequence[_Line]]]
    ) -> Iterator[str]:
        """A table that is too wide, as one line for each cell."""
        for number, row in enumerate(body):
            yield from [""] * bool(number)
            for name, cell in zip(head, row, strict=True):
                label = (*name[0][:-1], (*name[0][-1], _Piece(":", "")))
                first = [(*label, *line) for line in cell[:1]] or [label]
                said = _wrapped([*first, *cell[1:]], self.width - 2)
                yield from (f"  {self.joined(line)}" for line in said)

    def joined(self, line: _Line) -> str:
        return " ".join("".join(self.painted(piece) for piece in word) for word in line)

    def painted(self, piece: _Piece) -> str:
        code = _COLORS[piece.style]
        return f"\x1b[{code}m{piece.text}\x1b[0m" if code and self.color else piece.text


def _until(rest: list[str], ticks: str) -> Iterator[str]:
    while rest and (line := rest.pop(0)) != ticks:
        yield line


def _cells(row: str) -> list[str]:
    """No text in a cell holds a bar: the report writes it as an entity."""
    return [cell.strip() for cell in row.strip("|").split("|")]


def _lines(text: str) -> list[_Line]:
    """Lines as `<br>` sets them, of words, of pieces in one style."""
    lines: list[list[list[_Piece]]] = [[[]]]
    bold = False
    for found in _PIECE.finditer(text):
        kind, said = str(found.lastgroup), found[0]
        if kind == "bold":
            bold = not bold
        elif kind == "break":
            lines.append([[]])
        elif kind in {"code", "text"}:
            style = "code" if kind == "code" else "bold" if bold else ""
            plain = html.unescape(found["code"] if kind == "code" else said)
            for number, part in enumerate(re.split(r"\s", plain)):
                if number:
                    lines[-1].append([])
                if part:
                    lines[-1][-1].append(_Piece(part, style))
    return [tuple(tuple(word) for word in line if word) for line in lines]


def _wrapped(lines: Sequence[_Line], width: int) -> list[_Line]:
    found: list[_Line] = []
    for line in lines:
        current: _Line = ()
        for word in (part for each in line for part in _cut(each, max(width, 2))):
            if current and _columns((*current, word)) > width:
                found.append(current)
                current = ()
            current = (*current, word)
        found.append(current)
    return found


def _cut(word: _Word, width: int) -> Iterator[_Word]:
    """A word that is wider than `width`, in parts that are not."""
    part: _Word = ()
    for piece in word:
        for letter in re.findall(r".\ufe0f?", piece.text):
            if part and _columns((part,)) + columns(letter) > width:
                yield part
                part = ()
            part = _with(part, letter, piece.style)
    if part:
        yield part


def _with(word: _Word, text: str, style: str) -> _Word:
    if word and word[-1].style == style:
        return (*word[:-1], _Piece(word[-1].text + text, style))
    return (*word, _Piece(text, style))


def _columns(line: Sequence[_Word]) -> int:
    texts = ["".join(piece.text for piece in word) for word in line]
    return columns(" ".join(texts))


def _rule(corners: str, widths: Sequence[int]) -> str:
    return corners[0] + corners[1].join("─" * (room + 2) for room in widths) + corners[2]
