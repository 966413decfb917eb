"""What a team settles about a rule: `[lint.options] "rule-id" = { ... }`, checked before use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal, Protocol

from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen
from ci_runner.lint.patterns import Pattern, Unsupported, fits

Kind = Literal["texts", "pattern", "number", "flag"]
_EXPECTED: Mapping[Kind, str] = {
    "texts": "text or a list of texts",
    "pattern": "a regular expression",
    "number": "a whole number, 0 or more",
    "flag": "true or false",
}
_SHOWN = 60
_BLANK = re.compile(r"\\?\{((?i:table|columns|column|referenced_table|referenced_columns))\\?\}")

NO_OPTIONS: Mapping[str, Mapping[str, object]] = MappingProxyType({})


@frozen
class RuleOption:
    """One option of one rule. A `pattern` may hold {table}, {columns} and the like."""

    name: str
    kind: Kind
    help: str


class Optioned(Protocol):
    """A rule, as far as options go."""

    @property
    def id(self) -> str: ...

    @property
    def options(self) -> tuple[RuleOption, ...]: ...


def settle(
    rules: Iterable[Optioned],
    given: Mapping[str, Mapping[str, object]],
    origins: Mapping[str, str],
) -> Mapping[str, Mapping[str, object]]:
    """`given`, checked and with lists as tuples. `origins` holds file:line by option key.

    Raises ConfigError for options that the rule does not have, and values that make no sense.
    """
    known = {rule.id: {each.name: each for each in rule.options} for rule in rules}
    return {
        rule: {
            name: _checked(rule, name, value, known.get(rule, {}), origins)
            for name, value in options.items()
        }
        for rule, options in given.items()
    }


def _checked(
    rule: str,
    name: str,
    value: object,
    known: Mapping[str, RuleOption],
    origins: Mapping[str, str],
) -> object:
    key = f"lint.options.{rule}"
    where = origins.get(f"{key}.{name}", origins.get(key, ""))
    option = known.get(name)
    if option is None:
        near = get_close_matches(name, known, 1)
        guess = f"; did you mean `{near[0]}`?" if near else ""
        listed = f"use one of: {', '.join(sorted(known))}" if known else "remove it"
        raise ConfigError(
            f"rule {rule} has no option `{name}`{guess}", where=where, next_step=listed
        )
    if option.kind == "texts" and isinstance(value, str):
        value = (value,)
    if not _fits(option.kind, value):
        said = f"expected {_EXPECTED[option.kind]}"
        raise ConfigError(f"`{key}.{name}` can't be {value!r}", where=where, said=said)
    if option.kind == "pattern" and (said := _senseless(str(value))):
        raise ConfigError(
            f"`{key}.{name}` can't be {str(value)[:_SHOWN]!r}", where=where, said=said
        )
    return tuple(value) if isinstance(value, list) else value


def _fits(kind: Kind, value: object) -> bool:
    match kind:
        case "texts":
            return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
        case "pattern":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "flag":
            return isinstance(value, bool)


def _senseless(pattern: str) -> str:
    """Why a pattern can't be matched, "" for one that can."""
    try:
        Pattern(_BLANK.sub("x", pattern))
    except re.error as bad:
        return f"expected {_EXPECTED['pattern']}: {bad}"
    except Unsupported as bad:
        return str(bad)
    return ""


def fitting(pattern: str, blanks: Mapping[str, str], name: str) -> bool:
    """Whether `pattern` fits all of a name, with {table} and the like replaced by other names.

    Those not given stand for anything; {TABLE} and the like are the names in capitals.
    """

    def value(blank: re.Match[str]) -> str:
        found = blanks.get(blank[1].lower())
        if found is None:
            return ".*"
        return re.escape(found.upper() if blank[1].isupper() else found)

    return fits(_BLANK.sub(value, pattern), name)


def texts(options: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A list of texts, empty where it is not given."""
    value = options.get(name, ())
    return tuple(value) if isinstance(value, tuple) else ()


def text(options: Mapping[str, object], name: str) -> str:
    """A text or pattern, "" where it is not given."""
    value = options.get(name, "")
    return value if isinstance(value, str) else ""


def number(options: Mapping[str, object], name: str, usual: int) -> int:
    """A number, `usual` where it is not given."""
    value = options.get(name, usual)
    return value if isinstance(value, int) else usual


def flag(options: Mapping[str, object], name: str) -> bool:
    """Whether it is switched on."""
    return options.get(name) is True
