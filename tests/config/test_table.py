"""What is generated from the option table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openapi_schema_validator import OAS31Validator

from ci_runner.config.options import OPTIONS
from ci_runner.config.table import json_schema, markdown_table

WRITTEN = Path(__file__).parents[2] / "docs" / "schema-ci.schema.json"


def test_every_option_has_a_row() -> None:
    rows = markdown_table().splitlines()

    assert len(OPTIONS) + 10 == len(rows)
    assert {rows[0].count("|")} == {row.count("|") for row in rows}


def test_the_written_schema_is_fresh() -> None:
    assert json.dumps(json_schema(), indent=2) + "\n" == WRITTEN.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "valid"),
    [
        ({"project": [{"dialect": "sqlite", "schema": ["a.sql"]}]}, True),
        ({"project": [{"dialect": "sqlite", "schema": "a.sql"}], "output-dir": "x"}, True),
        ({"project": [{"dialect": "sqlite", "dev": {"roles": ["app"], "url": "sqlite://"}}]}, True),
        ({"project": [{"dialect": "sqlite", "dev": {"megabytes": 5}}]}, False),
        ({"lint": {"fail-on": "never", "rules": {"drop-table": "off"}}}, True),
        ({"project": [{"dialect": "oracle"}]}, False),
        ({"project": [{"directry": "x"}]}, False),
        ({"lint": {"rules": {"drop-table": "fatal"}}}, False),
        ({"publish": {"max-auto-commits": -1}}, False),
    ],
)
def test_the_schema_judges_as_the_loader_does(file: object, *, valid: bool) -> None:
    assert valid is OAS31Validator(json_schema()).is_valid(file)
