"""The orb's commands and jobs, whose parameters are the options of the one table.

Parameters reach the shell as environment only: `ORB_SCHEMA_CI_X` is for the variable without
`ORB_`, `ORB_NAMED_X` holds the name of the variable that holds X, `ORB_OPTION_X` and `ORB_SWITCH_X`
are flags of the command. circleci/src/scripts/run.sh turns them into what the runner reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from integrations.inputs import Input, inputs
from integrations.orb_pack import dumped, pack

Json = dict[str, object]
_PARALLELISM: Json = {
    "type": "integer",
    "description": "how many containers share the work",
    "default": 2,
}
_NOTE = "# Written by script/generate; see integrations/orb.py.\n"
_DEV = ("dialect", "dev.")


@dataclass(frozen=True, slots=True)
class Own:
    """A parameter of the orb itself. `variable` is what its value is handed on as."""

    name: str
    variable: str
    description: str
    default: str | bool = ""
    type: str = "string"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the runner. `keys` begin the keys of the options that it heeds.

    `fixed` is environment that no parameter has a say in.
    """

    name: str
    title: str
    description: str
    own: tuple[Own, ...]
    keys: tuple[str, ...]
    stores: bool = False
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(each for each in inputs() if each.key.startswith(self.keys))


_BASE = Own(
    "base", "ORB_OPTION_BASE", "the branch that the change will be merged into, if not told"
)
_PROJECT = Own("project", "ORB_OPTION_PROJECT", "the one project that is meant, of several")
_LATEST = Own("latest", "ORB_OPTION_LATEST", "how many files count as new, instead of base")
_PUBLISHING = (
    Own(
        "token",
        "ORB_NAMED_GITHUB_TOKEN",
        "the name of the variable that holds a token for GitHub",
        "GITHUB_TOKEN",
        "env_var_name",
    ),
    Own(
        "repository",
        "ORB_REPOSITORY",
        "OWNER/NAME on GitHub, where neither CircleCI nor the checkout's origin tells it",
    ),
    Own("pull_request", "ORB_PULL_REQUEST", "the URL of the pull request, if CircleCI knows none"),
)

_SHARDED = Own(
    "sharded",
    "ORB_SHARDED",
    "review this container's share of the projects that the change touches, and publish nothing: "
    "a later job does, with merge",
    False,
    "boolean",
)
_MERGE = Own(
    "merge",
    "ORB_MERGE",
    "from holds the reports of several containers: make one of them, and publish that",
    False,
    "boolean",
)

COMMANDS = (
    Command(
        "run",
        "Review the schema change",
        "The whole review: diff, lint, rehearsal, one comment, one status, and what was found as "
        "test results and artifacts.",
        (_BASE, _PROJECT, _SHARDED, *_PUBLISHING),
        ("",),
        stores=True,
    ),
    Command(
        "diff",
        "Look for a missing migration",
        "Compare migrations and desired schema; fails where a migration is missing.",
        (
            _PROJECT,
            Own("check", "ORB_SWITCH_CHECK", "say so only, and write no file", True, "boolean"),
        ),
        (*_DEV, "diff."),
    ),
    Command(
        "lint",
        "Judge new migrations",
        "Judge migrations by what they say and by what they do on a dev database.",
        (_BASE, _LATEST),
        (*_DEV, "stats.", "lint."),
    ),
    Command(
        "dry_run",
        "Rehearse new migrations",
        "Run new migrations on a dev database and say what each statement did.",
        (_BASE, _LATEST),
        (*_DEV, "stats."),
    ),
    Command(
        "publish",
        "Publish a report",
        "Publish the report that an earlier job wrote.",
        (
            Own("from", "ORB_OPTION_FROM", "where report.json lies", "schema-ci-report"),
            _MERGE,
            *_PUBLISHING,
        ),
        ("publish.",),
    ),
)
_INSTALL = (
    Own("source", "ORB_SOURCE", "the repository of schema-ci, if the executor lacks the command"),
    Own("ref", "ORB_REF", "the commit of source to install, all 40 hexadecimal digits"),
)


def files(source: Path) -> Iterator[tuple[Path, str]]:
    """The generated files of the orb's source folder."""
    yield source / "commands" / "install.yml", _NOTE + dumped(_install())
    for command in COMMANDS:
        yield source / "commands" / f"{command.name}.yml", _NOTE + dumped(_command(command))
    for name, job in _jobs():
        yield source / "jobs" / f"{name}.yml", _NOTE + dumped(job)


def packed(source: Path) -> str:
    """circleci/orb.yml. Raises PackError."""
    return "# Written by script/generate from circleci/src.\n" + dumped(pack(source))


def _install() -> Json:
    return {
        "description": "Make the command schema-ci available; where it is already, do nothing.",
        "parameters": {each.name: _own(each) for each in _INSTALL},
        "steps": [
            _run("Install schema-ci", "install", {e.variable: _value(e.name) for e in _INSTALL})
        ],
    }


def _command(command: Command) -> Json:
    parameters = _parameters(command)
    steps = _steps(command)
    return {"description": command.description, "parameters": parameters, "steps": steps}


def _steps(command: Command) -> list[object]:
    environment: Json = {"ORB_COMMAND": command.name.replace("_", "-"), **dict(command.fixed)}
    environment |= {each.variable: _value(each.name) for each in command.own}
    environment |= {
        f"ORB_{'NAMED_' if each.secret else ''}{each.env}": _value(_parameter(each))
        for each in command.inputs
    }
    steps: list[object] = [_run(command.title, "run", environment)]
    if command.stores:
        steps += [
            {"store_test_results": {"path": _value("output_dir")}},
            {"store_artifacts": {"path": _value("output_dir"), "destination": "schema-ci"}},
        ]
    return steps


def _job(description: str, command: Command) -> dict[str, Any]:
    """With the command's own steps: inside of the orb a step `run` is CircleCI's."""
    executor: Json = {
        "type": "executor",
        "description": "where it runs: one of this orb's executors, or your own",
        "default": "machine",
    }
    parameters: Json = {"executor": executor}
    parameters |= {each.name: _own(each) for each in _INSTALL}
    parameters |= _parameters(command)
    given = {each.name: _value(each.name) for each in _INSTALL}
    return {
        "description": description,
        "parameters": parameters,
        "executor": _value("executor"),
        "steps": ["checkout", {"install": given}, *_steps(command)],
    }


def _jobs() -> Iterator[tuple[str, Json]]:
    run, _, lint, _, publish = COMMANDS
    whole = replace(run, own=tuple(each for each in run.own if each != _SHARDED))
    yield "review", _job("Review the change that was pushed.", whole)
    part = _job(
        "Review a share of the projects in each of several containers; the job publish merges.",
        replace(whole, fixed=((_SHARDED.variable, "true"),)),
    )
    part["parameters"]["parallelism"] = _PARALLELISM
    part["parallelism"] = _value("parallelism")
    part["steps"].append({"persist_to_workspace": {"root": ".", "paths": [_value("output_dir")]}})
    yield "review_part", part
    yield "lint", _job("Lint the change that was pushed.", lint)
    published = _job("Publish what review_part has left in the workspace.", publish)
    published["parameters"][_MERGE.name]["default"] = True
    published["steps"].insert(1, {"attach_workspace": {"at": "."}})
    yield "publish", published


def _parameters(command: Command) -> Json:
    own: Json = {each.name: _own(each) for each in command.own}
    return own | {_parameter(each): _offered(each, command) for each in command.inputs}


def _parameter(each: Input) -> str:
    return each.name.replace("-", "_")


def _own(own: Own) -> Json:
    return {"type": own.type, "description": own.description, "default": own.default}


def _offered(each: Input, command: Command) -> Json:
    """The default "" is for "not given"; only what is stored must have a name here."""
    if each.secret:
        says = f"the name of the variable that holds what {each.description}"
        return {"type": "env_var_name", "description": says, "default": each.env}
    if command.stores and each.key == "output-dir":
        return {"type": "string", "description": each.description, "default": each.default}
    if each.choices:
        words = ["", *each.choices]
        return {"type": "enum", "description": each.description, "default": "", "enum": words}
    return {"type": "string", "description": each.description, "default": ""}


def _run(title: str, script: str, environment: Json) -> Json:
    include = f"<<include(scripts/{script}.sh)>>"
    return {"run": {"name": title, "environment": environment, "command": include}}


def _value(parameter: str) -> str:
    return f"<< parameters.{parameter} >>"
