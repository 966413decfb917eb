"""The option table as inputs of a CI platform, and the YAML that all platforms write them in."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass

from ci_runner.config.options import OPTIONS, Kind

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Input:
    """One input: `name` has dashes, `env` is the variable that it fills.

    "" always means "not given": then the file counts, and after it the option's `default`. So a
    flag is not a yes or no but one of `choices`: true or false. A `secret` is given by the name of
    a variable where the platform would show its value.
    """

    name: str
    env: str
    key: str
    kind: Kind
    description: str
    default: object = ""
    choices: tuple[str, ...] = ()
    secret: bool = False


def inputs() -> tuple[Input, ...]:
    """Those options that the table offers to platforms, in its order."""
    return tuple(
        Input(
            name=option.action,
            env=option.env,
            key=option.key,
            kind=option.kind,
            description=_described(option.help, choices := _choices(option.kind, option.choices)),
            default=option.default,
            choices=choices,
            secret=option.secret,
        )
        for option in OPTIONS
        if option.action
    )


def _choices(kind: Kind, words: tuple[str, ...]) -> tuple[str, ...]:
    return ("true", "false") if kind == "flag" else words


def _described(help_: str, choices: tuple[str, ...]) -> str:
    return f"{help_}: {', '.join(choices)}" if choices else help_


def scalar(text: str, indent: int) -> str:
    """Printable `text` as a YAML value behind a key at column `indent`; long text is folded.

    Quoted, it is a text whatever it looks like.
    """
    quoted = json.dumps(text, ensure_ascii=False)
    if indent + len(quoted) <= _WIDTH - 20 or text != " ".join(text.split()):
        return quoted
    margin = " " * (indent + 2)
    lines = textwrap.wrap(text, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return ">-\n" + "\n".join(margin + line for line in lines)


def between(marks: str, text: str, content: str) -> str:
    """`text` with `content` as what stands between the comment lines `marks` and `end of marks`.

    Everything else stays: it is written by hand. Raises ValueError where the marks are missing.
    """
    lines = text.splitlines()
    bare = [line.strip() for line in lines]
    start, end = bare.index(f"# {marks}"), bare.index(f"# end of {marks}")
    kept = [*lines[: start + 1], *content.splitlines(), *lines[end:]]
    return "\n".join(kept) + "\n"
