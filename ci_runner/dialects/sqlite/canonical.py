"""One spelling for SQL that SQLite understands the same way.

SQLite keeps the author's text and offers no parsed form of it, so equal meaning is told from equal
tokens: the case of words, quotes, comments, ASC, outer parentheses and BINARY mean nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ci_runner.dialects.sqlite.tokens import RESERVED, Token, quote, tokenize, write

_SAME = {"==": "=", "!=": "<>"}
_LITERAL_WORDS = frozenset("true false null current_date current_time current_timestamp".split())
_TRIGGER_VERBS = frozenset("DELETE INSERT UPDATE".split())


def expression(tokens: Sequence[Token], table: str, columns: Mapping[str, str]) -> str:
    """An expression over one table's columns, in a spelling that can be run.

    `columns` gives each column's declared name by its name in lower case. The table's own name
    before a column is left out: it would not survive the rebuild, which has another name.
    """
    written: list[Token] = []
    inner = _unwrapped(tokens)
    for at, token in enumerate(inner):
        behind = inner[at + 1].word if at + 1 < len(inner) else ""
        before = inner[at - 1].word if at else ""
        if behind == "." and token.is_name and token.name.lower() == table.lower():
            continue
        if token.word == "." and at and inner[at - 1].name.lower() == table.lower():
            continue
        written.append(_in_table(token, behind, before, columns))
    return write(written, columns)


def _in_table(token: Token, behind: str, before: str, columns: Mapping[str, str]) -> Token:
    declared = columns.get(token.name.lower()) if token.is_name else None
    reserved = token.kind == "word" and token.name.lower() in RESERVED
    call = behind == "(" and token.kind == "word"
    if reserved or (declared is not None and not call and before != "COLLATE"):
        return token if reserved else Token("word", quote(declared or ""))
    if token.kind == "double":
        # SQLite reads what names no column as a string: sqlite.org/quirks.html, section 8.
        return _string(token)
    if token.kind == "word":
        return replace(token, text=token.text.lower() if call else token.text.upper())
    if token.kind in {"number", "blob"}:
        return replace(token, text=token.text.lower())
    return replace(token, text=_SAME.get(token.text, token.text))


def _string(token: Token) -> Token:
    return Token("string", "'" + token.name.replace("'", "''") + "'")


def _unwrapped(tokens: Sequence[Token]) -> Sequence[Token]:
    """Without the parentheses around the whole, however many."""
    opened: list[int] = []
    partner: dict[int, int] = {}
    for at, token in enumerate(tokens):
        if token.word == "(":
            opened.append(at)
        elif token.word == ")" and opened:
            partner[opened.pop()] = at
    depth = 0
    while partner.get(depth) == len(tokens) - 1 - depth:
        depth += 1
    return tokens[depth : len(tokens) - depth]


def key(tokens: Sequence[Token], table: str, columns: Mapping[str, str]) -> str:
    """One key of an index or a constraint: ASC is what it is anyway.

    By itself a string in single quotes is a column here, and only one in double quotes that names
    no column is a string: sqlite.org/quirks.html, section 8.
    """
    end = len(tokens)
    if tokens and tokens[-1].word == "ASC":
        end -= 1
    rest = tokens[1:end]
    alone = all(each.word in {"COLLATE", "DESC"} for each in rest[::2])
    if not (alone and tokens[:1] and tokens[0].kind in {"string", "double"}):
        return expression(tokens[:end], table, columns)
    first = tokens[0]
    quoted = Token("double", '"' + first.name.replace('"', '""') + '"')
    if first.name.lower() in columns:
        return expression((quoted, *rest), table, columns)
    return write((quoted, *(Token(each.kind, each.text.upper()) for each in rest)), ())


def default(sql: str) -> str | None:
    """A default; None for NULL. A bare word is a string to SQLite, as a double-quoted one is."""
    tokens = _unwrapped(tokenize(sql))
    if len(tokens) == 1 and tokens[0].is_name:
        word = tokens[0].name
        if tokens[0].kind == "word" and word.lower() in _LITERAL_WORDS:
            return None if word.lower() == "null" else word.upper()
        return "'" + word.replace("'", "''") + "'"
    written = expression(tokens, "", {})
    return written.replace("- ", "-").replace("+ ", "+") if len(tokens) == 2 else written


def declared_type(declared: str) -> str:
    """A column's type in upper case: SQLite only asks whether it holds INT, CHAR and the like."""
    tokens = tokenize(declared)
    if any(token.kind not in {"word", "number", "sign"} for token in tokens):
        return declared.upper()
    return write([replace(token, text=token.text.upper()) for token in tokens], ())


def statement(sql: str, names: Collection[str]) -> str:
    """A view or a trigger, to be compared and never run: names in lower case too.

    `names` (lower case) are those that exist: a double-quoted word that is none is a string, which
    ALTER TABLE writes in single quotes in passing.
    """
    folded = []
    for token in _headed(tokenize(sql)):
        name = token.name.lower()
        if token.kind == "double" and name not in names:
            folded.append(_string(token))
        elif token.kind in {"word", "double", "quoted"}:
            folded.append(Token("word", name if name in RESERVED else quote(name)))
        elif token.kind in {"number", "blob"}:
            folded.append(replace(token, text=token.text.lower()))
        else:
            folded.append(replace(token, text=_SAME.get(token.text, token.text)))
    return write(folded, names)


def _headed(tokens: Sequence[Token]) -> Sequence[Token]:
    """A trigger's head with its default, BEFORE, and without FOR EACH ROW, the only choice."""
    words = [token.word for token in tokens]
    if words[1:2] != ["TRIGGER"] or "BEGIN" not in words:
        return tokens
    begin = words.index("BEGIN")
    head = list(tokens[:begin])
    if words[3] in _TRIGGER_VERBS:
        head.insert(3, Token("word", "BEFORE"))
    each = [token.word for token in head]
    if "FOR" in each and each[each.index("FOR") :][:3] == ["FOR", "EACH", "ROW"]:
        at = each.index("FOR")
        del head[at : at + 3]
    return [*head, *tokens[begin:]]
