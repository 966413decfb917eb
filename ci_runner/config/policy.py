"""`[lint]` and `[[rule]]` of schema-ci.toml: what counts how much, and what is excepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime

from ci_runner.config import approval, assume
from ci_runner.config.approval import ApprovalPolicy
from ci_runner.config.assume import Assumed
from ci_runner.config.options import SEVERITIES
from ci_runner.config.source import Source, nearest, unknown, wrong
from ci_runner.config.values import Values
from ci_runner.frozen import frozen

# Tables and keys of [lint] beside those of the option table.
TABLES = ("rules", "groups", "options", "assume", "except")
_EXCEPTION = ("rules", "paths", "tables", "reason", "until")
_TEAM_RULE = ("id", "for", "when", "require", "message", "severity")
# Options by rule, and what checks them: it gets them with file:line by key, raises ConfigError.
RuleOptions = Mapping[str, Mapping[str, object]]
Settle = Callable[[RuleOptions, Mapping[str, str]], RuleOptions]
TARGETS = ("table", "column", "index", "view", "function", "change", "statement")


@frozen
class Exemption:
    """One `[[lint.except]]`. Empty `rules`, `paths` or `tables` mean all of them.

    It holds through the day `until`; None is for ever. `where` is its file and line.
    """

    rules: tuple[str, ...]
    paths: tuple[str, ...]
    tables: tuple[str, ...]
    reason: str
    until: date | None = None
    where: str = field(default="", compare=False)

    def __str__(self) -> str:
        parts = (("rules", self.rules), ("paths", self.paths), ("tables", self.tables))
        return "; ".join(f"{name} {', '.join(found)}" for name, found in parts if found)


@frozen
class TeamRule:
    """One `[[rule]]`. `when` and `require` are CEL; where `when` holds, `require` must.

    An empty `when` is always. `where` is its file and line.
    """

    id: str
    target: str
    require: str
    message: str
    when: str = ""
    severity: str = "warning"
    where: str = field(default="", compare=False)


@frozen
class LintPolicy:
    """`rules` and `groups` are severities by name, `baseline` a path, "" for none.

    `options` are the checked ones, by rule; `assumed` is what holds in production.
    `fail_on` is the severity from which a run fails; `path` names the file that all this is from.
    `approval` says what needs somebody's word besides.
    """

    rules: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    options: RuleOptions = field(default_factory=dict)
    assumed: Assumed = Assumed()
    exemptions: tuple[Exemption, ...] = ()
    team_rules: tuple[TeamRule, ...] = ()
    require_reason: bool = False
    baseline: str = ""
    fail_on: str = "error"
    path: str = ""
    approval: ApprovalPolicy = ApprovalPolicy()


def as_written(options: RuleOptions, _: Mapping[str, str]) -> RuleOptions:
    """Options of rules that nobody knows."""
    return options


@frozen
class Names:
    """What rules are called, and what checks their options."""

    rules: frozenset[str]
    groups: frozenset[str]
    aliases: frozenset[str]
    settle: Settle = as_written


NOBODYS = Names(frozenset(), frozenset(), frozenset())


def read(source: Source, known_names: Callable[[], Names], values: Values) -> LintPolicy:
    """The policy in `source`. `values` are the option table's own keys in `[lint]`, `[approval]`.

    `known_names` is asked where something is said about a rule: to know all of them takes a tenth
    of the time that a command needs to start. Raises ConfigError.
    """
    table = source.values.get("lint", {})
    lint = table if isinstance(table, dict) else {}
    of_rules = lint.keys() & TABLES or "rule" in source.values or approval.names_rules(values)
    names = known_names() if of_rules else NOBODYS
    every = names.rules | names.groups | names.aliases
    team = tuple(_team_rules(source, every))
    known = every | {rule.id for rule in team}
    return LintPolicy(
        rules=_severities(source, "lint.rules", lint.get("rules", {}), names.rules),
        groups=_severities(source, "lint.groups", lint.get("groups", {}), names.groups),
        options=_rule_options(source, lint.get("options", {}), names),
        assumed=assume.read(source, lint.get("assume", {})),
        exemptions=tuple(_exemptions(source, known)),
        team_rules=team,
        require_reason=values.flag("lint.require-reason"),
        baseline=values.text("lint.baseline"),
        fail_on=values.text("lint.fail-on"),
        path=source.path,
        approval=approval.read(values, known),
    )


def _severities(
    source: Source, key: str, content: object, known: Iterable[str]
) -> Mapping[str, str]:
    if not isinstance(content, dict):
        raise wrong(source.where(key), key, "a table of name = severity", content)
    for name, severity in content.items():
        if name not in known:
            raise unknown(source, f"{key}.{name}", name, known)
        if severity not in SEVERITIES:
            expected = f"one of {', '.join(SEVERITIES)}"
            raise wrong(source.where(f"{key}.{name}"), f"{key}.{name}", expected, severity)
    return dict(content)


def _rule_options(source: Source, content: object, names: Names) -> RuleOptions:
    if not isinstance(content, dict):
        expected = "a table of rule = { option = value }"
        raise wrong(source.where("lint.options"), "lint.options", expected, content)
    origins: dict[str, str] = {}
    for rule, options in content.items():
        key = f"lint.options.{rule}"
        if rule not in names.rules:
            raise unknown(source, key, rule, names.rules)
        if not isinstance(options, dict):
            raise wrong(source.where(key), key, "a table of option = value", options)
        origins[key] = source.where(key)
        origins |= {f"{key}.{name}": source.where(f"{key}.{name}") for name in options}
    return names.settle(content, origins)


def _exemptions(source: Source, known: frozenset[str]) -> Iterator[Exemption]:
    """The `[[lint.except]]` tables. `known` are rules, their aliases and groups."""
    for at, table in _tables(source, "lint.except"):
        for key in table:
            if key not in _EXCEPTION:
                raise unknown(source, f"{at}.{key}", key, _EXCEPTION)
        reason = table.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise wrong(source.where(f"{at}.reason"), f"{at}.reason", "why, in words", reason)
        found = Exemption(
            _texts(source, at, table, "rules"),
            _texts(source, at, table, "paths"),
            _texts(source, at, table, "tables"),
            reason.strip(),
            _day(source, at, table),
            source.where(at),
        )
        for name in found.rules:
            if name not in known:
                expected = f"a rule or group{nearest(name, known)}"
                raise wrong(source.where(f"{at}.rules"), f"{at}.rules", expected, name)
        if not str(found):
            raise wrong(source.where(at), at, "at least one of rules, paths, tables")
        yield found


def _team_rules(source: Source, taken: Iterable[str]) -> Iterator[TeamRule]:
    """The `[[rule]]` tables. `taken` are names that our own rules have."""
    names = set(taken)
    for at, table in _tables(source, "rule"):
        for key in table:
            if key not in _TEAM_RULE:
                raise unknown(source, f"{at}.{key}", key, _TEAM_RULE)
        texts = {
            key: _text(source, at, table, key, required=key in {"id", "for", "require"})
            for key in _TEAM_RULE
        }
        if texts["id"] in names:
            expected = "a name that no other rule has"
            raise wrong(source.where(f"{at}.id"), f"{at}.id", expected, texts["id"])
        if texts["for"] not in TARGETS:
            expected = f"one of {', '.join(TARGETS)}"
            raise wrong(source.where(f"{at}.for"), f"{at}.for", expected, texts["for"])
        severity = texts["severity"] or "warning"
        if severity not in SEVERITIES:
            expected = f"one of {', '.join(SEVERITIES)}"
            raise wrong(source.where(f"{at}.severity"), f"{at}.severity", expected, severity)
        names.add(texts["id"])
        yield TeamRule(
            texts["id"],
            texts["for"],
            texts["require"],
            texts["message"] or f"{texts['require']} does not hold",
            texts["when"],
            severity,
            source.where(at),
        )


def _tables(source: Source, key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    found: object = source.values
    for part in key.split("."):
        found = found.get(part, []) if isinstance(found, dict) else []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise wrong(source.where(key), key, f"tables headed [[{key}]]")
    for position, table in enumerate(found):
        yield f"{key}[{position}]", table


def _texts(source: Source, at: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    every = [value] if isinstance(value, str) else value
    if not isinstance(every, list) or not all(isinstance(each, str) and each for each in every):
        raise wrong(source.where(f"{at}.{key}"), f"{at}.{key}", "text or a list of texts", value)
    return tuple(every)


def _text(source: Source, at: str, table: Mapping[str, object], key: str, *, required: bool) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise wrong(source.where(f"{at}.{key}"), f"{at}.{key}", "text", value or None)
    return value.strip()


def _day(source: Source, at: str, table: Mapping[str, object]) -> date | None:
    value = table.get("until")
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise wrong(source.where(f"{at}.until"), f"{at}.until", "a day such as 2026-12-31", value)
