"""action.yml offers what the option table says, and hands inputs on as environment only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from ci_runner.config.options import OPTIONS

ACTION: Any = yaml.safe_load((Path(__file__).parent.parent / "action.yml").read_text())


def test_the_inputs_are_those_of_the_option_table_and_the_token() -> None:
    expected = {option.action for option in OPTIONS if option.action} | {"token"}

    assert expected == ACTION["inputs"].keys()


def test_every_input_reaches_the_variable_of_its_option() -> None:
    (step,) = ACTION["runs"]["steps"]
    expected = {
        option.env: f"${{{{ inputs.{option.action} }}}}" for option in OPTIONS if option.action
    }

    assert {**expected, "GITHUB_TOKEN": "${{ inputs.token }}"} == step["env"]


def test_a_choice_is_described_by_all_its_words() -> None:
    for option in OPTIONS:
        if option.action and option.choices:
            said = ACTION["inputs"][option.action]["description"]
            assert [] == [word for word in option.choices if not re.search(rf"\b{word}\b", said)]


def test_no_expression_stands_in_a_script() -> None:
    assert [] == [step["run"] for step in ACTION["runs"]["steps"] if "${{" in step["run"]]
