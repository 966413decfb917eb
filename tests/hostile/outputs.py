"""What an output may hold, whatever a pull request or a server wrote into it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast, get_type_hints
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ci_runner.log import visible

T = TypeVar("T")
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OWN_HTML = re.compile(
    r"</?(?:code|sub|details)>|<br>|<details open>"
    r"|<details(?: open)?><summary>\d+ (?:statement|note)s?</summary>"
)
_INLINE = {"<code", "</code", "<br"}
# What GitHub and GitLab make links, mentions and references of, outside of code.
LIVE = re.compile(
    r"@[\w-]|(?<![\w&])[#!%~$&]\d|\bGH-\d|https?:|www\.|:\w+:|\b[0-9a-f]{40}\b", re.IGNORECASE
)
# A selector that is invisible elsewhere makes pictures of these.
_OWN_SIGNS = re.compile("(?<=[\u26a0\u2702])\ufe0f")
_COMMAND = re.compile(r"^\s*::|##\[|section_(?:start|end):")


def poisoned(value: T, text: str) -> T:
    """`value` with `text` in its every field that takes any text, however deep."""
    found: Any = value
    if isinstance(value, tuple):
        found = tuple(poisoned(each, text) for each in value)
    elif is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value))
        found = replace(
            value,
            **{
                each.name: _poison(hints[each.name], getattr(value, each.name), text)
                for each in fields(value)
            },
        )
    return cast("T", found)


def _poison(hint: object, value: Any, text: str) -> Any:
    if hint is str or hint == str | None:
        return text
    if hint == tuple[str, ...]:
        return (text,)
    return poisoned(value, text)


def elements(tokens: Sequence[Token]) -> list[str]:
    """The tree as a reader's browser gets it, without texts, their code and their line breaks."""
    return [
        tag for token in tokens for each in (token, *(token.children or ())) for tag in _tags(each)
    ]


def _tags(token: Token) -> Iterator[str]:
    if token.type in {"html_inline", "html_block"}:
        yield from (each for each in re.findall(r"</?[a-z]+", token.content) if each not in _INLINE)
    elif token.type not in {"text", "text_special", "softbreak", "inline"}:
        yield token.type


def unwanted_in_markdown(tokens: Sequence[Token], site: str) -> Iterator[str]:
    """HTML, links, mentions, references and quick actions that are not of our making."""
    inside = 0
    for token in tokens:
        if token.type == "html_block" and not _OWN_HTML.fullmatch(token.content.strip()):
            yield f"HTML: {token.content!r}"
        for each in token.children or ():
            if each.type == "html_inline":
                inside += {"<code>": 1, "</code>": -1}.get(each.content, 0)
                if not _OWN_HTML.fullmatch(each.content):
                    yield f"HTML: {each.content!r}"
            if each.type == "image":
                yield f"an image: {each.attrs}"
            if each.type == "link_open" and not str(each.attrs["href"]).startswith(site):
                yield f"a link: {each.attrs['href']}"
            if each.type.startswith("text") and not inside and LIVE.search(each.content):
                yield f"live text: {each.content!r}"
        if token.type == "inline":
            lines = token.content.split("\n")
            yield from (f"a quick action: {line!r}" for line in lines if line.lstrip()[:1] == "/")
        yield from unseen(_OWN_SIGNS.sub("", token.content))


def unwanted_in_log(text: str) -> Iterator[str]:
    """What GitHub, GitLab or a terminal would obey."""
    for line in re.split(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
        if _COMMAND.search(line):
            yield f"a command: {line!r}"
    yield from unseen(text.replace("\u200b", ""))


def unseen(text: str) -> Iterator[str]:
    """Characters that hide, or that turn others around."""
    if visible(text) != text:
        yield f"hidden characters: {sorted(set(text) - set(visible(text)))}"


def unwanted_in_json(text: str) -> Iterator[str]:
    """The document is one, and its own text is ASCII: nothing in it hides."""
    json.loads(text)
    if not text.isascii():
        yield "text that is not escaped"


def shape_of_xml(text: str) -> list[str]:
    return [f"{each.tag}{sorted(each.attrib)}" for each in ET.fromstring(text).iter()]


def shown(value: Any) -> Iterator[str]:
    """Every string of a JSON document but for what is to be put into a file as it is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (each for key in value if key != "insertedContent" for each in shown(value[key]))
    elif isinstance(value, list):
        for each in value:
            yield from shown(each)
