"""What the definition of a function or procedure says about who it runs as, and on whose names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from ci_runner.dialects.postgres.parse.nodes import qualified, strings, word
from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.tree import Node, library
from ci_runner.frozen import frozen

_QUOTING = {"quote_ident", "quote_literal", "quote_nullable", "format"}
# FOR ... IN EXECUTE and RETURN QUERY EXECUTE read, GRANT EXECUTE and a trigger's run nothing.
_READING = {("for",), ("in",), ("query",), ("grant",), ("revoke",)}
_TRIGGERING = {("function",), ("procedure",), ("on",)}
_ENDS = {"into", "using", "loop"}


@frozen
class Routine:
    """`path` are the schemas of SET search_path: None where it is not set, or set to DEFAULT.

    `parameters` are those with a name.
    """

    name: str
    definer: bool
    path: tuple[str, ...] | None
    body: str
    parameters: tuple[str, ...] = ()


def routines(sql: str) -> Iterator[Routine]:
    """The functions and procedures that a statement defines."""
    for each in statements(sql):
        if each.kind == "create_function_stmt":
            yield routine(each.node)


def routine(node: Node) -> Routine:
    """The same of a node that is read already."""
    definer, path, body = False, None, ""
    for each in node.options:
        option = each.def_elem
        match option.defname:
            case "security":
                definer = option.arg.boolean.boolval
            case "set" if option.arg.variable_set_stmt.name == "search_path":
                path = _path(option.arg.variable_set_stmt)
            case "as":
                body = "".join(strings(option.arg.list.items)[:1])
            case _:
                pass
    named = (each.function_parameter.name for each in node.parameters)
    parameters = tuple(name for name in named if name)
    return Routine(qualified(strings(node.funcname)).name, definer, path, body, parameters)


def alteration(node: Node) -> tuple[str, Callable[[Routine], Routine]]:
    """The function that an ALTER FUNCTION names, and what it makes of it."""
    options = [each.def_elem for each in node.actions]

    def altered(old: Routine) -> Routine:
        new = old
        for option in options:
            setting = option.arg.variable_set_stmt
            everything = word(setting, "kind") == "VAR_RESET_ALL"
            if option.defname == "security":
                new = replace(new, definer=option.arg.boolean.boolval)
            elif option.defname == "set" and (everything or setting.name == "search_path"):
                new = replace(new, path=None if everything else _path(setting))
        return new

    return qualified(strings(node.func.objname)).name, altered


def anonymous(block: Node) -> str:
    """The code of a DO block."""
    bodies = (each.def_elem for each in block.args if each.def_elem.defname == "as")
    return next((str(each.arg.string.sval) for each in bodies), "")


def _path(setting: Node) -> tuple[str, ...] | None:
    match word(setting, "kind"):
        case "VAR_SET_VALUE":
            said = (each.a_const.sval.sval for each in setting.args)
            return tuple(name.strip(' "') for each in said for name in each.split(","))
        case "VAR_SET_CURRENT":
            return ("",)
        case _:
            return None


def executes(body: str) -> bool:
    """Whether the PL/pgSQL runs statements that it makes up; queries that it reads are none."""
    words = tuple(word_.lower() for word_ in _words(body)) if "execute" in body.lower() else ()
    return any(
        word_ == "execute"
        and words[at - 1 : at] not in _READING
        and words[at + 1 : at + 2] not in _TRIGGERING
        for at, word_ in enumerate(words)
    )


def unquoted_execute(body: str, parameters: Collection[str] = ()) -> bool:
    """Whether the PL/pgSQL puts a value into the text of an EXECUTE without quoting it.

    So does an EXECUTE of one of its `parameters` as a whole.
    """
    if "execute" not in body.lower():
        return False
    words = _words(body)
    return any(
        _unquoted(said := _expression(words, at + 1)) or (len(said) == 1 and said[0] in parameters)
        for at, word_ in enumerate(words)
        if word_.lower() == "execute" and (at == 0 or words[at - 1].lower() not in {"for", "grant"})
    )


def _expression(words: tuple[str, ...], start: int) -> tuple[str, ...]:
    """What EXECUTE runs: up to the end of the statement, INTO or USING outside of parentheses."""
    depth = 0
    for at in range(start, len(words)):
        word_ = words[at].lower()
        depth += {"(": 1, ")": -1}.get(word_, 0)
        if depth == 0 and (word_ == ";" or word_ in _ENDS):
            return words[start:at]
    return words[start:]


def _unquoted(words: tuple[str, ...]) -> bool:
    """A name joined on with ||, or %s of format() that gets one."""
    for at, word_ in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word_.lower() == "format" and after == "(" and "%s" in "".join(words[at + 2 : at + 3]):
            return True
        beside = {words[at - 1] if at else "", after}
        if "||" in beside and _is_name(word_) and after not in {"(", "."}:
            return not _within_quoting(words, at)
    return False


def _is_name(word_: str) -> bool:
    return word_[0].isalpha() or word_[0] in '_"'


def _within_quoting(words: tuple[str, ...], at: int) -> bool:
    """Whether an open parenthesis before `at` belongs to a function that quotes."""
    depth = 0
    for place in range(at - 1, 0, -1):
        depth += {")": 1, "(": -1}.get(words[place], 0)
        if depth < 0:
            if words[place - 1].lower() in _QUOTING:
                return True
            depth = 0
    return False


def _words(body: str) -> tuple[str, ...]:
    postgast = library()
    try:
        scanned: Node = postgast.scan(body)
    except (postgast.PgQueryError, UnicodeEncodeError):
        return ()
    encoded = body.encode()
    texts = (encoded[each.start : each.end].decode() for each in scanned.tokens)
    return tuple(text for text in texts if not text.startswith(("--", "/*")))
