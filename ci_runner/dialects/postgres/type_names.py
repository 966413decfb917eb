"""Write a parsed type the way that the catalogue's format_type() writes it."""

from __future__ import annotations

from postgast import pg_query_pb2 as pb

_OWN_NAMES = {
    "int2": "smallint",
    "int4": "integer",
    "int": "integer",
    "int8": "bigint",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "bpchar": "character",
    "varchar": "character varying",
    "varbit": "bit varying",
    "decimal": "numeric",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
}
_SPLIT = {"timestamp", "timestamptz", "time", "timetz"}


def type_text(node: pb.TypeName) -> str:
    """For instance `character varying(20)`, `timestamp(3) with time zone`, `app.mood[]`."""
    parts = [each.string.sval for each in node.names]
    name = parts[-1] if parts else ""
    schema = parts[-2] if len(parts) > 1 and parts[-2] != "pg_catalog" else ""
    text = f"{schema}.{name}" if schema else _with_modifiers(name, _modifiers(node))
    return text + "[]" * bool(node.array_bounds)


def _modifiers(node: pb.TypeName) -> str:
    numbers = [str(each.a_const.ival.ival) for each in node.typmods if each.HasField("a_const")]
    # An interval's first number is a mask of fields, all of them when only a precision is given.
    if node.names and node.names[-1].string.sval == "interval":
        numbers = numbers[1:]
    return f"({','.join(numbers)})" if numbers else ""


def _with_modifiers(name: str, modifiers: str) -> str:
    own = _OWN_NAMES.get(name, name)
    if name in _SPLIT:
        first, _, rest = own.partition(" ")
        return f"{first}{modifiers} {rest}"
    return own + modifiers
