"""One file per rule: the registry is this folder."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ci_runner.lint.rule import Rule


def _rule(name: str) -> Rule:
    rule = import_module(f"{__name__}.{name}").RULE
    if not isinstance(rule, Rule) or rule.id != name.replace("_", "-"):
        raise TypeError(f"lint/rules/{name}.py defines no rule of its own name")
    return rule


RULES: tuple[Rule, ...] = tuple(
    sorted((_rule(module.name) for module in iter_modules(__path__)), key=lambda each: each.id)
)
