"""What each option comes to: the file's word, then the environment's, then a flag's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from ci_runner.config.option import Option
from ci_runner.config.source import Source, wrong
from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen

DEFAULT = "default"
# Set where values of typed inputs are handed over: one that is the default leaves it to the file.
DEFAULTS_ARE_UNSET = "SCHEMA_CI_DEFAULTS_ARE_UNSET"
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@frozen
class Given:
    """What is said outside of the file; `flags` by option key, absent where none was given."""

    environ: Mapping[str, str]
    flags: Mapping[str, object]


@frozen
class Value:
    """A checked value; `origin` is `default`, file and line, a variable's name, or a flag."""

    value: object
    origin: str
    in_file: bool = False


@frozen
class Values:
    """Checked values by option key."""

    found: Mapping[str, Value]

    def text(self, key: str) -> str:
        return str(self.found[key].value)

    def flag(self, key: str) -> bool:
        return bool(self.found[key].value)

    def number(self, key: str) -> int:
        return int(self.text(key))

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.found[key].value
        return tuple(value) if isinstance(value, tuple) else ()

    def origin(self, key: str) -> str:
        return self.found[key].origin

    def in_file(self, key: str) -> bool:
        """Whether a configuration file says it."""
        return self.found[key].in_file


def values(options: Iterable[Option], source: Source, given: Given) -> Values:
    """Raises ConfigError for a value that makes no sense."""
    return Values({option.key: value(option, source, given) for option in options})


def value(
    option: Option,
    source: Source,
    given: Given,
    *,
    table: Mapping[str, object] | None = None,
    key: str = "",
) -> Value:
    """The winning value of one option, which stands in `table` of the file, or from the top.

    `key` is its path in the file where it is not the option's own.
    """
    found, origin, in_file = option.default, DEFAULT, False
    if (said := source.said(option.key, table)) is not None:
        found, origin, in_file = said, source.where(key or option.key), True
        _refuse_more(option, found, origin)
    if option.env and given.environ.get(option.env):
        told = _typed(option, given.environ[option.env])
        # An input that has a type always has a value: GitLab knows no boolean that is not given.
        if told != option.default or not given.environ.get(DEFAULTS_ARE_UNSET):
            found, origin, in_file = told, option.env, False
    if option.key in given.flags:
        found, origin, in_file = given.flags[option.key], option.flag, False
    return Value(_checked(option, found, origin), origin, in_file)


def _refuse_more(option: Option, found: object, origin: str) -> None:
    """A limit guards the CI from the pull request, whose file may not lift it."""
    if option.most is not None and isinstance(found, int) and found > option.most:
        raise ConfigError(
            f"`{option.key}` may not be more than {option.most} in the configuration file",
            where=origin,
            said="the file is part of the pull request, from which the limit guards the CI",
            next_step=f"set {option.env}={found} in the CI",
        )


def _typed(option: Option, text: str) -> object:
    if option.kind == "flag":
        return _TRUTH.get(text.lower(), text)
    if option.kind == "number":
        return int(text) if text.isascii() and text.isdigit() else text
    return text


def _checked(option: Option, value: object, origin: str) -> object:
    expected = {
        "text": "text",
        "texts": "text or a list of texts",
        "flag": "true or false",
        "number": "a whole number, 0 or more",
    }[option.kind]
    if option.kind == "texts" and isinstance(value, str):
        value = (value,)
    fits = {
        "text": isinstance(value, str),
        "texts": isinstance(value, list | tuple) and all(isinstance(each, str) for each in value),
        "flag": isinstance(value, bool),
        "number": isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    }[option.kind]
    if not fits:
        raise wrong(origin, option.key, expected, value)
    if option.choices and value not in option.choices and value != option.default:
        near = get_close_matches(str(value), option.choices, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise wrong(origin, option.key, f"one of {', '.join(option.choices)}{guess}", value)
    return tuple(value) if isinstance(value, list) else value
