from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.config.touched import touched

CONFIG = """
[dev]
setup = "setup"
[stats]
file = "sizes.json"
[[project]]
name = "shop"
dialect = "sqlite"
directory = "shop/migrations"
schema = ["shop/schema.sql", "common"]
[[project]]
name = "bill"
dialect = "sqlite"
directory = "bill"
schema = "common"
[project.dev]
setup = "of-bill.sql"
[[project]]
name = "root"
dialect = "sqlite"
directory = "shop/migrations-of-old"
"""
EVERY = ["shop", "bill", "root"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], []),
        (["README.md", "shop/README.md", "shop/migrations.md"], []),
        (["shop/migrations/1.sql"], ["shop"]),
        (["bill/deep/down/1.sql"], ["bill"]),
        (["common/types.sql"], ["shop", "bill"]),
        (["shop/schema.sql", "shop/migrations-of-old/1.sql"], ["shop", "root"]),
        (["schema-ci.toml"], EVERY),
        (["setup/roles.sql"], EVERY),
        (["of-bill.sql"], ["bill"]),
        (["sizes.json"], EVERY),
        (None, EVERY),
    ],
)
def test_a21_a_project_is_touched_by_what_its_review_depends_on(
    tmp_path: Path, changed: list[str] | None, expected: list[str]
) -> None:
    (tmp_path / "schema-ci.toml").write_text(CONFIG)
    config = load(tmp_path, {}, {}, [])

    assert expected == [project.name for project in touched(config, changed)]
