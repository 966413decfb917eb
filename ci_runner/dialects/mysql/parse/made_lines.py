"""Columns and keys as they are written; `spelled` gives a type in the catalogue's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.parse.clauses import column as operations
from ci_runner.dialects.mysql.parse.clauses import target
from ci_runner.dialects.mysql.parse.tokens import Token, written
from ci_runner.dialects.mysql.quote import names, quote
from ci_runner.dialects.operations import AddColumn
from ci_runner.dialects.token_lists import closing, split
from ci_runner.schema.model import Column, ForeignKey, Identity, Index, PrimaryKey, SchemaObject

# dev.mysql.com, Using Data Types from Other Database Engines, and the synonyms of each type.
_SPELLED = {
    "integer": "int",
    "int1": "tinyint",
    "int2": "smallint",
    "int3": "mediumint",
    "int4": "int",
    "int8": "bigint",
    "middleint": "mediumint",
    "bool": "tinyint(1)",
    "boolean": "tinyint(1)",
    "dec": "decimal",
    "numeric": "decimal",
    "fixed": "decimal",
    "number": "decimal",
    "real": "double",
    "float4": "float",
    "float8": "double",
    "character": "char",
    "nchar": "char",
    "nvarchar": "varchar",
    "varcharacter": "varchar",
    "long": "mediumtext",
    "serial": "bigint unsigned",
}
_NATIONAL = frozenset({"nchar", "nvarchar", "national"})
# Words behind a type that are no part of it: `binary` there asks for a collation.
_UNSAID = frozenset({"signed", "precision", "binary", "ascii", "unicode", "byte"})
_KINDS = frozenset("UNIQUE FULLTEXT SPATIAL INDEX KEY PRIMARY OR REPLACE ONLINE OFFLINE".split())


def column(table: str, tokens: Sequence[Token]) -> Iterator[SchemaObject]:
    """The column, and behind it the keys that its line makes."""
    added = next(each for each in operations(target(tokens, 0)[0], tokens))
    if not isinstance(added, AddColumn):  # it comes first
        return
    words = [token.word for token in tokens]
    name, kind = added.column, tokens[1].text.lower()
    yield Column(
        "",
        table,
        name,
        added.type,
        added.not_null or kind == "serial",
        added.default,
        generated_kind=added.generated,
        identity_kind="by default" if added.serial else "",
        collation=_collation(tokens, words, kind),
        comment=_comment(tokens, words),
        attributes=("ON UPDATE",) if words[-3:] and _on_update(words) else (),
    )
    if added.primary_key or ("KEY" in words and not added.unique and "REFERENCES" not in words):
        yield PrimaryKey("", table, "PRIMARY", (name,), f"PRIMARY KEY ({quote(name)})")
    elif added.unique or kind == "serial":
        yield _index(table, "", (quote(name),), "UNIQUE")
    if "REFERENCES" in words:
        yield foreign_key(table, tokens, "", (name,))


def spelled(kind: str) -> str:
    """A type as it is written -> as the server prints it, but for widths that it adds."""
    head, parenthesis, rest = kind.partition("(")
    first, *others = head.split() or [""]
    if [first, *others[:1]] in (["character", "varying"], ["char", "varying"]):
        first, others = "varchar", others[1:]
    if first == "national" and others:
        first, others = others[0], others[1:]
    others = [each for each in others if each not in _UNSAID]
    head = " ".join([_SPELLED.get(first, first), *others])
    if head in {"char", "binary"} and not parenthesis:
        head = f"{head}(1)"
    inside, closed, behind = rest.rpartition(")")
    said = [each for each in behind.split() if each not in _UNSAID]
    return " ".join([f"{head}{parenthesis}{inside}{closed}", *said])


def _collation(tokens: Sequence[Token], words: Sequence[str], kind: str) -> str | None:
    """The collation, or the character set where only that is written."""
    for word in ("COLLATE", "CHARSET", "SET"):
        if word in words[1:-1] and (word != "SET" or words[words.index(word) - 1] == "CHARACTER"):
            return tokens[words.index(word) + 1].value.lower()
    return "utf8mb3" if kind in _NATIONAL else None


def _comment(tokens: Sequence[Token], words: Sequence[str]) -> str | None:
    at = words.index("COMMENT") + 1 if "COMMENT" in words else len(words)
    return tokens[at].value or None if at < len(tokens) else None


def _on_update(words: Sequence[str]) -> bool:
    """ON UPDATE of the column itself, not of a foreign key behind it."""
    at = words.index("ON") if "ON" in words else len(words)
    return list(words[at : at + 2]) == ["ON", "UPDATE"] and "REFERENCES" not in words[:at]


def key(table: str, tokens: Sequence[Token], label: str) -> Iterator[SchemaObject]:
    """PRIMARY KEY, UNIQUE, INDEX and the like, from its first word on."""
    words = [token.word for token in tokens]
    opening = words.index("(")
    parts = [part for part in split(tokens[opening + 1 : closing(tokens, opening)]) if part]
    if "PRIMARY" in words[:opening]:
        columns = tuple(part[0].name for part in parts)
        yield PrimaryKey("", table, "PRIMARY", columns, f"PRIMARY KEY ({names(columns)})")
        return
    kind = next((each for each in ("UNIQUE", "FULLTEXT", "SPATIAL") if each in words[:opening]), "")
    named = [t.name for t in tokens[:opening] if t.name and t.word not in {*_KINDS, "IF", "NOT"}]
    own = named[0] if named and named[0].upper() not in {"USING", "EXISTS"} else label
    keys = tuple(_part(part) for part in parts)
    yield _index(table, own, keys, kind)


def _index(table: str, name: str, keys: tuple[str, ...], kind: str) -> Index:
    method = "btree" if kind in {"", "UNIQUE"} else kind.lower()
    said = f"{kind} KEY {quote(name)} ({', '.join(keys)})".strip()
    return Index("", table, name, kind == "UNIQUE", method, keys, (), None, said, of_table=True)


def _part(tokens: Sequence[Token]) -> str:
    """One key as the catalogue shows it: a column with its prefix, or an expression."""
    if tokens[0].word == "(":
        return written(tokens)
    descending = " DESC" if tokens[-1].word == "DESC" else ""
    prefix = f"({tokens[2].text})" if len(tokens) > 2 and tokens[1].word == "(" else ""
    return f"{quote(tokens[0].name)}{prefix}{descending}"


def foreign_key(
    table: str, tokens: Sequence[Token], label: str, own: tuple[str, ...] = ()
) -> ForeignKey:
    """`own` are its columns where it stands behind one; else they are read. Raises ValueError."""
    words = [token.word for token in tokens]
    at = words.index("REFERENCES")
    named = ""
    if not own:
        opening = words.index("(")
        own = _names(tokens, opening)
        named = next((t.name for t in tokens[2:opening] if t.name), "")
    parent, behind = target(tokens, at + 1)
    theirs = _names(tokens, behind) if words[behind : behind + 1] == ["("] else ()
    return ForeignKey(
        "",
        table,
        label or named,
        own,
        Identity("table", "", parent.name),
        theirs,
        f"FOREIGN KEY ({names(own)}) {written(tokens[at:])}",
    )


def _names(tokens: Sequence[Token], opening: int) -> tuple[str, ...]:
    inside = tokens[opening + 1 : closing(tokens, opening)]
    return tuple(part[0].name for part in split(inside) if part)
