"""The GitLab component: what its inputs take, and where their values go."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.config.values import DEFAULTS_ARE_UNSET
from ci_runner.devdb.url import parse
from integrations.gitlab import default, kind, offered, options, pattern
from tests.checkout import CHECKOUT

TEMPLATE = CHECKOUT / "gitlab" / "templates" / "schema-ci" / "template.yml"
HEADER, BODY = yaml.safe_load_all(TEMPLATE.read_text(encoding="utf-8"))
INPUTS: Any = HEADER["spec"]["inputs"]
JOB: Any = BODY["schema-ci"]
WORKFLOWS = sorted((CHECKOUT / "examples" / "workflows" / "gitlab").glob("*.yml"))
PAGES = [CHECKOUT / "README.md", CHECKOUT / "docs" / "gitlab.md"]


def takes(expression: str, value: str) -> bool:
    r"""As GitLab's RE2 does: \w and \d are ASCII, `$` is the end of the text."""
    return re.fullmatch(expression.removesuffix("$"), value, re.ASCII) is not None


def test_t3_values_of_inputs_reach_the_script_as_variables_only() -> None:
    for key, value in JOB.items():
        if key not in {"variables", "image", "stage"}:
            assert "$[[" not in str(value), key
    assert ['"$SCHEMA_CI_COMMAND" run'] == JOB["script"]
    assert "true" == JOB["variables"][DEFAULTS_ARE_UNSET]
    for name, value in JOB["variables"].items():
        if name == DEFAULTS_ARE_UNSET:
            continue
        assert re.fullmatch(r"\$\[\[ inputs\.[a-z-]+ \]\]", value), name


@pytest.mark.parametrize("name", INPUTS)
def test_t3_every_text_has_choices_or_a_pattern_for_all_of_it(name: str) -> None:
    said = INPUTS[name]

    assert said["description"]
    if said["type"] == "string":
        assert ("options" in said) != ("regex" in said)
        assert re.fullmatch(r"\^.*\$", said.get("regex", "^$"))
    else:
        assert {"type", "description", "default"} == said.keys()
        kinds = {"boolean": bool, "number": int}
        assert type(said["default"]) is kinds[said["type"]]


@pytest.mark.parametrize("name", [name for name in INPUTS if "default" in INPUTS[name]])
def test_a_default_is_one_that_may_be_given(name: str) -> None:
    said = INPUTS[name]

    assert said["default"] in said.get("options", [said["default"]])
    assert takes(said.get("regex", "^.*$"), str(said["default"]))


@given(
    st.sampled_from([name for name in INPUTS if "regex" in INPUTS[name]]),
    st.text("ab/.", max_size=4),
    st.sampled_from("$`;&|<>\"'\\\n\r(){}*!#%\u202e"),
    st.text("ab/.", max_size=4),
)
def test_t3_no_pattern_takes_what_a_shell_or_gitlab_would_expand(
    name: str, before: str, character: str, after: str
) -> None:
    assert not takes(INPUTS[name]["regex"], before + character + after)


def test_the_options_are_the_inputs_and_no_secret_is_one() -> None:
    listed = [each.name for each in offered()]

    assert set(listed) == INPUTS.keys() - {"image", "stage", "command", "depth"}
    assert "cache-secret" not in listed
    for each in offered():
        said, variable = INPUTS[each.name], JOB["variables"][each.env]
        assert f"$[[ inputs.{each.name} ]]" == variable
        assert default(each) == said["default"]
        assert kind(each) == said["type"]
        if said["type"] == "string":
            assert (list(options(each)) or pattern(each)) == said.get("options", said.get("regex"))


def test_flags_are_booleans_and_counts_are_numbers() -> None:
    typed = {name: said["type"] for name, said in INPUTS.items() if said["type"] != "string"}

    assert {"inline": "boolean", "check": "boolean", "comment-split": "number"}.items() <= (
        typed.items()
    )
    assert (True, False, 1) == tuple(
        INPUTS[name]["default"] for name in ("check", "inline", "comment-split")
    )


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "local://postgres/15", "docker://postgres/16/dev", "env:DEV_DATABASE"],
)
def test_a_dev_url_without_a_secret_is_an_input(url: str) -> None:
    assert takes(INPUTS["dev-url"]["regex"], url)


@pytest.mark.parametrize("url", ["postgres://jo:secret@db/dev", "env:A B", "env:"])
def test_t10_a_dev_url_with_a_password_is_none(url: str) -> None:
    assert not takes(INPUTS["dev-url"]["regex"], url)


def test_the_artifacts_are_the_files_that_a_run_writes() -> None:
    reports = JOB["artifacts"]["reports"]

    assert {
        "codequality": "$SCHEMA_CI_OUTPUT_DIR/report.codequality.json",
        "junit": "$SCHEMA_CI_OUTPUT_DIR/report.junit.xml",
    } == reports
    assert "always" == JOB["artifacts"]["when"]


def test_the_job_runs_in_pipelines_of_merge_requests_alone() -> None:
    assert [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}] == JOB["rules"]


def test_a20_a_newer_push_ends_the_job_and_two_never_publish_at_once() -> None:
    assert JOB["interruptible"] is True
    assert "$CI_MERGE_REQUEST_IID" in JOB["resource_group"]


def test_t24_the_cache_is_off_unless_it_is_asked_for() -> None:
    assert "" == INPUTS["cache-dir"]["default"]
    assert [f"{INPUTS['cache-dir']['options'][1]}/"] == JOB["cache"]["paths"]


def included(page: Path) -> list[Any]:
    """What a page or a workflow to copy gives the component."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^```ya?ml\n(.*?)^```$", text) if page.suffix == ".md" else [text]
    read = [yaml.safe_load(block) for block in blocks]
    return [each for block in read if "include" in block for each in block["include"]]


@pytest.mark.parametrize("page", [*PAGES, *WORKFLOWS], ids=lambda page: page.name)
def test_what_people_copy_gives_inputs_that_are_taken(page: Path) -> None:
    (include,) = included(page)

    assert (CHECKOUT / include["file"]).samefile(TEMPLATE)
    assert re.fullmatch(r"[0-9a-f]{40}", include["ref"])
    assert "@sha256:" in include["inputs"]["image"]
    assert {"image"} <= include["inputs"].keys() <= INPUTS.keys()
    for name, value in include["inputs"].items():
        said = INPUTS[name]
        assert value in said.get("options", [value]), name
        assert takes(said.get("regex", "^.*$"), str(value)), name


def test_the_service_that_people_copy_is_a_dev_database() -> None:
    (place,) = [each for each in WORKFLOWS if each.stem == "review-and-commit"]
    job = yaml.safe_load(place.read_text(encoding="utf-8"))["schema-ci"]

    url = job["variables"]["DEV_DATABASE"]

    assert "postgres" == parse(url).dialect
    assert job["services"][0]["variables"]["POSTGRES_PASSWORD"] in url
