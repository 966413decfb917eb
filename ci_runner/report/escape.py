"""Put untrusted text into Markdown so that it shows as it is and does nothing.

Three places, three functions: `fence` for blocks, `code` for a line, `prose` for a sentence.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from ci_runner.errors import InternalError
from ci_runner.log import visible

# GitHub reads Markdown inside inline HTML, so each character that could start a construct of
# GFM (emphasis, link, emoji, mention, autolink, math, footnote, table cell) becomes an entity.
_ACTIVE = re.compile(r"[&<>|`@#*_\[\]\\~!:$\"\n\t]|(?<=[wW])\.|\A | \Z|(?<= ) ")
_WORD = re.compile(r"[(\"']*[A-Za-z]+(?:['-][A-Za-z]+)*[\"').,;:?!]*|\d{1,6}[.,;)]*|[-\u2013]")
_TICKS = re.compile(r"`+")
_MARKED = re.compile(r"(?:(?<=\s)|\A)`([^`\s][^`\n]*)`(?=[\s.,;:?!)]|\Z)")
_LIST = re.compile(r"\A(\d+[.)]|-)(?=\s|\Z)")
_FENCE = re.compile(r" {0,3}(?P<ticks>`{3,})(?P<rest>.*)")
_SHA = re.compile(r"[0-9a-f]{7,64}")
_SITE = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~-]+)*")


def fence(text: str, language: str = "") -> str:
    """`text` as a code block whose fence is longer than any run of backticks in it."""
    shown = visible(text).strip("\n")
    longest = max((len(run) for run in _TICKS.findall(shown)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{shown}\n{ticks}"


def code(text: str) -> str:
    """`text` in one line as `<code>`, fit for a sentence, a link text and a table cell."""
    return f"<code>{_ACTIVE.sub(_entity, visible(text))}</code>"


def prose(text: str) -> str:
    """A sentence that quotes untrusted names: plain words stay, all else is `<code>`.

    What stands between two backticks, as our own advice has it, is one piece of code.
    """
    shown, parts, end = visible(text), [], 0
    for marked in _MARKED.finditer(shown):
        parts += [_words(shown[end : marked.start()]), code(" ".join(marked[1].split()))]
        end = marked.end()
        while end < len(shown) and shown[end] in ".,;:?!)":
            parts[-1] += _entity_or_same(shown[end])
            end += 1
    parts.append(_words(shown[end:]))
    return _LIST.sub(r"<code>\1</code>", " ".join(part for part in parts if part))


def _words(text: str) -> str:
    return " ".join(word if _WORD.fullmatch(word) else _quoted(word) for word in text.split())


def _quoted(word: str) -> str:
    """`word` as code, the punctuation of the sentence behind it left outside."""
    name = word.rstrip(".,;:?!") or word
    return code(name) + "".join(map(_entity_or_same, word[len(name) :]))


def _entity_or_same(character: str) -> str:
    return _ACTIVE.sub(_entity, character)


def blob_url(web_url: str, sha: str, path: str, line: int, *, blob: str = "blob") -> str:
    """Where a line of a file at a commit is shown; "" when any part is not what it should be."""
    if (
        not _SITE.fullmatch(web_url)
        or not _SHA.fullmatch(sha)
        or not {"", ".", ".."}.isdisjoint(path.split("/"))
    ):
        return ""
    anchor = f"#L{line}" if line > 0 else ""
    address = quote(path.encode("utf-8", "surrogatepass"), safe="/")
    return f"{web_url}/{blob}/{sha}/{address}{anchor}"


def site(url: str) -> bool:
    """Whether `url` is a plain address of a page, fit to be a link's target as it is."""
    return _SITE.fullmatch(url) is not None


def guard(body: str) -> str:
    """`body`, when none of its lines outside a fence starts with `/`: GitLab would obey that.

    The last look before publishing; raises InternalError, which a person should never see.
    """
    closing = ""
    for line in body.split("\n"):
        found = _FENCE.fullmatch(line)
        if closing:
            if found and not found["rest"].strip() and len(found["ticks"]) >= len(closing):
                closing = ""
        elif found and "`" not in found["rest"]:
            closing = found["ticks"]
        elif line.lstrip().startswith("/"):
            raise InternalError("a line of the comment would start a quick action")
    if closing:
        raise InternalError("a code block of the comment is not closed")
    return body


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
