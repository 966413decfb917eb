"""The GitLab component: inputs of the option table, and the variables that hand them to the runner.

A text is refused unless it is one of its options or matches its pattern whole. Patterns let
nothing through that GitLab or a shell would expand. Secrets are no inputs: they are CI/CD variables
of the project, under the names that the runner reads.
"""

from __future__ import annotations

import json

from integrations.inputs import Input, between, inputs, scalar

# Under these marks in the template; what stands around them is written by hand.
INPUTS = "inputs that script/generate writes from ci_runner/config/options.py"
VARIABLES = "variables that script/generate writes from ci_runner/config/options.py"
# What the template caches: https://docs.gitlab.com/ci/yaml/#cachepaths has no condition.
CACHE = ".schema-ci-cache"

_TEXT = r"^[\w ./-]*$"
# A URL with a password belongs into a variable, which `env:NAME` names.
_PATTERNS = {
    "dev.url": r"^(env:\w+|[a-z][a-z0-9+]*://(\w+@)?[\w.-]*(:\d+)?(/[\w./-]*)?)?$",
    "output-dir": r"^[\w-][\w.-]*(/[\w-][\w.-]*)*$",
}
# What the template itself needs a value for; all other texts are "" where they are not given.
_ALWAYS = frozenset({"output-dir"})


def component(text: str) -> str:
    """`text` of the template with the inputs that the option table has now."""
    return between(VARIABLES, between(INPUTS, text, _inputs()), _variables())


def offered() -> tuple[Input, ...]:
    """The options that are inputs: all but secrets."""
    return tuple(each for each in inputs() if not each.secret)


def kind(each: Input) -> str:
    """GitLab's name of the input's type."""
    return {"flag": "boolean", "number": "number"}.get(each.kind, "string")


def default(each: Input) -> object:
    """A boolean or number has the option's own, which the runner takes for "not given"."""
    typed = kind(each) != "string"
    return each.default if typed or each.key in _ALWAYS else ""


def options(each: Input) -> tuple[str, ...]:
    """What may be given, "" for nothing; none where a pattern says it."""
    if each.key == "dev.cache-dir":
        return ("", CACHE)
    return ("", *each.choices) if each.choices else ()


def pattern(each: Input) -> str:
    """What a text must match where it is not one of `options`."""
    return _PATTERNS.get(each.key, _TEXT)


def _inputs() -> str:
    return "".join(
        f"    {each.name}:\n"
        f"      description: {scalar(each.description, 6)}\n"
        f"      type: {kind(each)}\n"
        f"      default: {json.dumps(default(each))}\n"
        f"{_limit(each)}"
        for each in offered()
    )


def _limit(each: Input) -> str:
    """Nothing where the type says it."""
    if kind(each) != "string":
        return ""
    if choices := options(each):
        return f"      options: {json.dumps(choices)}\n"
    return f"      regex: '{pattern(each)}'\n"


def _variables() -> str:
    return "".join(f'    {each.env}: "$[[ inputs.{each.name} ]]"\n' for each in offered())
