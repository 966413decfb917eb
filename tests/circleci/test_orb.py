"""The orb that we ship: one document that CircleCI's schema and parser take."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_runner.devdb.url import parse
from integrations.inputs import inputs
from integrations.orb import COMMANDS, files, packed
from integrations.orb_pack import dumped
from tests.checkout import CHECKOUT

SOURCE = CHECKOUT / "circleci" / "src"
ORB: Any = yaml.safe_load((CHECKOUT / "circleci" / "orb.yml").read_text(encoding="utf-8"))
PARAMETER = re.compile(r"<<\s*parameters\.(\w+)\s*>>")


def schema(document: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("check-jsonschema")
    asked = (str(command), "--builtin-schema", "vendor.circle-ci", str(document))
    return subprocess.run(asked, capture_output=True, text=True, check=False)


def with_defaults(orb: Any) -> Any:
    """`orb` as the parser can read it: executors by name and with their values filled in."""
    filled = json.loads(json.dumps(orb))
    for executor in filled["executors"].values():
        executor["resource_class"] = executor["parameters"]["resource_class"]["default"]
    for job in filled["jobs"].values():
        job["executor"] = job["parameters"]["executor"]["default"]
    alone = {n: each for n, each in filled["executors"].items() if len(each.get("docker", ())) < 2}
    return {**filled, "executors": alone}


def parsed(orb: Any, clients: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ("node", str(Path(__file__).with_name("parse.mjs")), str(clients)),
        input=json.dumps(with_defaults(orb)),
        capture_output=True,
        text=True,
        check=False,
    )


def texts(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in `value` with the keys that lead to it."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, *path, str(key))
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, *path)
    elif isinstance(value, str):
        yield path, value


def test_the_packed_orb_and_its_generated_files_are_fresh() -> None:
    stale = [place for place, content in files(SOURCE) if place.read_text() != content]

    assert [] == stale
    assert packed(SOURCE) == (CHECKOUT / "circleci" / "orb.yml").read_text(encoding="utf-8")


def test_circlecis_schema_takes_the_orb() -> None:
    checked = schema(CHECKOUT / "circleci" / "orb.yml")

    assert 0 == checked.returncode, checked.stdout


def test_circlecis_schema_takes_the_orb_inside_of_a_configuration(tmp_path: Path) -> None:
    inline = {part: ORB[part] for part in ("commands", "jobs", "executors")}
    jobs = [{"schema-ci/review": {"executor": "schema-ci/machine"}}]
    config = tmp_path / "config.yml"
    config.write_text(
        dumped(
            {
                "version": 2.1,
                "orbs": {"schema-ci": inline},
                "workflows": {"schema": {"jobs": jobs}},
            }
        )
    )

    checked = schema(config)

    assert 0 == checked.returncode, checked.stdout


@pytest.mark.node
def test_circlecis_own_parser_reads_every_command_and_job(clients: Path) -> None:
    read = parsed(ORB, clients)

    assert 0 == read.returncode, read.stderr
    found = json.loads(read.stdout)
    assert sorted(ORB["commands"]) == sorted(found["commands"])
    stored = ["run", "store_test_results", "store_artifacts"]
    assert stored == found["commands"]["run"]
    review = ["checkout", "install", *stored]
    assert review == found["jobs"]["review"]
    assert [*review, "persist_to_workspace"] == found["jobs"]["review_part"]
    assert ["checkout", "attach_workspace", "install", "run"] == found["jobs"]["publish"]


@pytest.mark.node
def test_circlecis_own_parser_would_refuse_what_is_wrong(clients: Path) -> None:
    wrong = json.loads(json.dumps(ORB))
    wrong["commands"]["lint"]["steps"].append({"no_such_step": {}})

    assert "no_such_step" in parsed(wrong, clients).stderr


def test_the_commands_are_those_of_the_runner_and_the_installation() -> None:
    assert {"run", "diff", "lint", "dry_run", "publish", "install"} == ORB["commands"].keys()
    assert {"machine", "runner", "postgres", "mariadb"} == ORB["executors"].keys()


def test_the_review_offers_every_input_of_the_option_table() -> None:
    offered = {each.name.replace("-", "_") for each in inputs()}

    assert offered <= ORB["commands"]["run"]["parameters"].keys()
    assert offered <= ORB["jobs"]["review"]["parameters"].keys()
    commanded = {each.name for command in COMMANDS for each in command.inputs}
    assert {each.name for each in inputs()} == commanded


def test_every_parameter_is_used_and_every_used_one_declared() -> None:
    for part in ("commands", "jobs", "executors"):
        for name, element in ORB[part].items():
            declared = set(element.get("parameters", ()))
            used = {
                found
                for path, text in texts(element)
                if path[0] != "parameters"
                for found in PARAMETER.findall(text)
            }
            assert declared == used, (part, name)


def test_every_element_and_parameter_is_described() -> None:
    elements = [
        ORB,
        *(each for part in ("commands", "jobs", "executors") for each in ORB[part].values()),
    ]
    parameters = [each for element in elements for each in element.get("parameters", {}).values()]

    assert [] == [each for each in (*elements, *parameters) if not each.get("description")]


def test_t3_a_parameter_reaches_a_shell_as_environment_only() -> None:
    allowed = {"environment", "path", "paths", "executor", "image", "resource_class"}
    allowed |= {"parallelism"}
    for path, text in texts(ORB):
        if PARAMETER.search(text):
            assert allowed & set(path) or "install" in path, (path, text)
        assert "command" not in path or "<<" not in text.replace("\\<<", "")


def test_t10_secrets_are_given_by_the_names_of_their_variables() -> None:
    secret = {each.name.replace("-", "_") for each in inputs() if each.secret} | {"token"}
    parameters = ORB["commands"]["run"]["parameters"]

    assert secret == {name for name, each in parameters.items() if each["type"] == "env_var_name"}


def test_the_databases_of_the_executors_are_what_they_say() -> None:
    for name in ("postgres", "mariadb"):
        runner, database = (each["environment"] for each in ORB["executors"][name]["docker"])
        url = runner["SCHEMA_CI_DEV_URL"]
        assert {"postgres": "postgres", "mariadb": "mysql"}[name] == parse(url).dialect
        assert f":{runner['SCHEMA_CI_SIDECAR'].rpartition(':')[2]}/" in url
        assert all(word in url for word in database.values())


@pytest.mark.parametrize("example", sorted(ORB["examples"]))
def test_an_example_passes_what_the_job_declares(example: str) -> None:
    usage = ORB["examples"][example]["usage"]
    used = [job for workflow in usage["workflows"].values() for job in workflow["jobs"]]

    for entry in used:
        ((name, given),) = entry.items()
        declared = ORB["jobs"][name.removeprefix("schema-ci/")]["parameters"]
        assert given.keys() - {"context", "requires", "name"} <= declared.keys()
        if isinstance(executor := given.get("executor"), dict):
            offered = ORB["executors"][executor["name"].removeprefix("schema-ci/")]["parameters"]
            assert executor.keys() - {"name"} <= offered.keys()
