"""The option table as the README's Markdown and as the JSON Schema of schema-ci.toml."""

from __future__ import annotations

from typing import assert_never

from ci_runner.config import own_dev
from ci_runner.config.options import OPTIONS, SEVERITIES, Option
from ci_runner.config.policy import TARGETS

Json = dict[str, object]
_TEXT: Json = {"type": "string"}
_TEXTS: Json = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
# A day is a day of TOML, which has no type in JSON Schema: editors show it as a text.
_EXEMPTION: Json = {
    "rules": _TEXTS,
    "paths": _TEXTS,
    "tables": _TEXTS,
    "reason": _TEXT,
    "until": {},
}


def markdown_table() -> str:
    """One row per option: where it may be set, its default and what it does."""
    rows = [
        "| `schema-ci.toml` | flag | environment | default | what it says |",
        "|---|---|---|---|---|",
    ]
    rows += [_row(option) for option in OPTIONS if option.scope == "project"]
    rows.append(
        "| `[project.dev]` | | | | the project's own in place of `[dev]`:"
        " [dev databases](docs/dev-databases.md#one-project-its-own) |"
    )
    rows += [_row(option) for option in OPTIONS if option.scope != "project"]
    severities = ", ".join(f"`{each}`" for each in SEVERITIES)
    rows.append(f"| `lint.rules.RULE` | | | the rule's own | the rule's severity: {severities} |")
    rows.append("| `lint.groups.GROUP` | | | the rules' own | the same for all rules of a group |")
    rows += [
        f"| `{table}` | | | | {says}: [policy](docs/policy.md) |"
        for table, says in (
            ("[[lint.except]]", "findings that are not counted, why, and until when"),
            ("[[rule]]", "a rule of your own about schemas and changes"),
        )
    ]
    rows += [
        f"| `lint.assume.{name}` | | | | {says}: [policy](docs/policy.md#assume) |"
        for name, says in (
            ("version", "the version of the server in production"),
            ("rows", "how many rows tables have there, by pattern for their names"),
        )
    ]
    rows.append("| `lint.options.RULE` | | | none | the rule's options: see docs/rules.md |")
    return "\n".join(rows) + "\n"


def _row(option: Option) -> str:
    key = f"project.{option.key}" if option.scope == "project" else option.key
    choices = ", ".join(f"`{choice}`" for choice in option.choices)
    says = f"{option.help}: {choices}" if choices else option.help
    cells = (_code(key), _code(option.flag), _code(option.env), _code(_shown(option.default)), says)
    return "| " + " | ".join(cells) + " |"


def _shown(default: object) -> str:
    match default:
        case bool():
            return str(default).lower()
        case tuple():
            return ", ".join(default)
        case _:
            return str(default)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def json_schema() -> Json:
    """Draft 2020-12, for editors that complete and check schema-ci.toml."""
    project: Json = {}
    top: Json = {}
    tables: dict[str, Json] = {}
    own: Json = {}
    for option in OPTIONS:
        table, _, name = option.key.rpartition(".")
        if option.key in own_dev.OPTIONS:
            own[name] = _property(option)
        if option.scope == "project":
            project[name] = _property(option)
        elif table:
            tables.setdefault(table, {})[name] = _property(option)
        else:
            top[name] = _property(option)
    project[own_dev.TABLE] = _object(own)
    severity: Json = {"type": "string", "enum": list(SEVERITIES)}
    named: Json = {"type": "object", "additionalProperties": severity}
    tables["lint"] |= {
        "rules": named,
        "groups": named,
        "options": {"type": "object", "additionalProperties": {"type": "object"}},
        "assume": _object(
            {
                "version": {"type": ["string", "integer"]},
                "rows": {"type": "object", "additionalProperties": {"type": "integer"}},
            }
        ),
        "except": _array(_EXEMPTION, ["reason"]),
    }
    team_rule: Json = {
        "id": _TEXT,
        "for": {"type": "string", "enum": list(TARGETS)},
        "when": _TEXT,
        "require": _TEXT,
        "message": _TEXT,
        "severity": severity,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "schema-ci.toml",
        **_object(
            {
                "project": {"type": "array", "items": _object(project)},
                "rule": _array(team_rule, ["id", "for", "require"]),
                **{name: _object(properties) for name, properties in tables.items()},
                **top,
            }
        ),
    }


def _array(properties: Json, required: list[str]) -> Json:
    return {"type": "array", "items": {**_object(properties), "required": required}}


def _object(properties: Json) -> Json:
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _property(option: Option) -> Json:
    described: Json = {"description": option.help, "default": option.default}
    match option.kind:
        case "text":
            kind: Json = {"type": "string"}
        case "texts":
            described["default"] = []
            texts: Json = {"type": "array", "items": {"type": "string"}}
            kind = {"anyOf": [{"type": "string"}, texts]}
        case "flag":
            kind = {"type": "boolean"}
        case "number":
            kind = {"type": "integer", "minimum": 0}
            if option.most is not None:
                kind["maximum"] = option.most
        case _:
            assert_never(option.kind)
    if option.choices:
        kind["enum"] = list(option.choices)
        if option.default not in option.choices:
            del described["default"]
    return {**described, **kind}
