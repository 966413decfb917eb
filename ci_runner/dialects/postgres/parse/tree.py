"""Ask libpg_query for the tree of hostile SQL without letting it end the process."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias, TypeVar

from ci_runner.dialects.operations import Unparsed

# postgast's stub of its protobuf classes is not valid Python (a field is named `def`), so that no
# type checker can read it: the library is imported where mypy does not look.
Node: TypeAlias = Any
R = TypeVar("R")

# libpg_query walks the tree in C, some 400 bytes of stack for a level, and an operator needs two
# characters: a long chain of them would end the process on the usual stack of 8 MB.
ORDINARY_LENGTH = 16_000
# Its time grows with the square of such a chain: 2 s for this many characters.
LONGEST = 100_000
_STACK_PER_CHARACTER = 400
_ORDINARY_STACK = 8 * 1024 * 1024
_PAGE = 1024 * 1024
_one_stack_at_a_time = threading.Lock()

# A row of literals tells no more than the one before it: a file of data has a hundred thousand.
_LITERAL = r"(?:'[^'\\]*+(?:''[^'\\]*+)*'|-?\d++(?:\.\d++)?|NULL|TRUE|FALSE|DEFAULT)"
_ROW = rf"\(\s*+{_LITERAL}(?:\s*+,\s*+{_LITERAL})*\s*+\)"
_LITERAL_ROWS = re.compile(
    r"INSERT\s++INTO\s++[\w.\"]++\s*+(?:\([\w\s,\"]*+\)\s*+)?VALUES\s*+"
    rf"(?P<first>{_ROW})(?:\s*+,\s*+{_ROW})+\s*+\Z",
    re.IGNORECASE,
)


@cache
def library() -> Node:
    """The parser's module."""
    return import_module("postgast")


@cache
def _too_deep() -> type[Exception]:
    found: type[Exception] = import_module("google.protobuf.message").DecodeError
    return found


def tree(sql: str) -> Node | Unparsed:
    """The parse result of `sql`. Never raises, never crashes.

    Of an INSERT of rows that are all literals it has the first row alone.
    """
    rows = _LITERAL_ROWS.match(sql)
    if rows is not None:
        sql = sql[: rows.end("first")]
    if "\0" in sql:
        return Unparsed("a NUL character ends the text for the parser")
    if len(sql) > LONGEST:
        return Unparsed(f"longer than {LONGEST} characters")
    if len(sql) <= ORDINARY_LENGTH:
        return _tree(sql)
    return _with_stack(lambda: _tree(sql), _ORDINARY_STACK + len(sql) * _STACK_PER_CHARACTER)


def _tree(sql: str) -> Node | Unparsed:
    postgast = library()
    try:
        return postgast.parse(sql)
    except postgast.PgQueryError as refused:
        return Unparsed(str(refused))
    except _too_deep():
        return Unparsed("nested too deeply")
    except UnicodeEncodeError:
        return Unparsed("not valid Unicode")


def _with_stack(read: Callable[[], R], size: int) -> R | Unparsed:
    """Run `read` on a thread with `size` bytes of stack, rounded up to whole pages."""
    found: list[R] = []
    with _one_stack_at_a_time:
        usual = threading.stack_size(-(-size // _PAGE) * _PAGE)
        try:
            thread = threading.Thread(target=lambda: found.append(read()))
            thread.start()
        except RuntimeError:
            return Unparsed("too long for this machine's memory")
        finally:
            threading.stack_size(usual)
        thread.join()
    return found[0]
