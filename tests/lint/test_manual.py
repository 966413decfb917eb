"""The rules' documentation: on the terminal, in docs/rules.md, and in the package."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from markdown_it import MarkdownIt

from ci_runner.lint.manual import EXAMPLES, example, explained, listed, page
from ci_runner.lint.notices import CHECKSUM, NOTICES
from ci_runner.lint.rules import RULES

ROOT = Path(__file__).parents[2]
WRITTEN = ROOT / "docs" / "rules.md"
IDS = [*(rule.id for rule in RULES), *(notice.id for notice in NOTICES)]


def test_the_list_has_a_line_for_every_rule_and_notice_in_columns() -> None:
    lines = listed(RULES).splitlines()

    assert IDS == [line.split()[0] for line in lines]
    assert 1 == len({len(re.match(r"\S+ +\S+ +(?:\S+, )*\S+ +", line)[0]) for line in lines})  # type: ignore[index]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_explained_with_both_examples(rule: object) -> None:
    (chosen,) = (each for each in RULES if each is rule)

    text = explained(chosen)

    assert text.startswith(f"{chosen.id}: {chosen.title} ({chosen.severity.value}; ")
    for which in ("bad", "good"):
        for line in filter(None, example(chosen, which).splitlines()):
            assert f"\n    {line}\n" in text
    assert all(alias in text for alias in chosen.aliases)


def test_a_notice_is_explained_without_sql() -> None:
    assert (
        f"{CHECKSUM.id}: {CHECKSUM.title} (error)\n\n{CHECKSUM.why}\n{CHECKSUM.instead}\n"
    ) == explained(CHECKSUM)


def test_no_notice_has_the_name_of_a_rule() -> None:
    names = {name for rule in RULES for name in (rule.id, *rule.aliases)}

    assert set() == names & {notice.id for notice in NOTICES}


def test_the_written_page_is_fresh() -> None:
    assert page(RULES) == WRITTEN.read_text(encoding="utf-8"), "run script/generate"


def test_the_page_says_first_how_it_is_made_and_links_to_what_it_has() -> None:
    text = page(RULES)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    headings = {
        inline.content for opening, inline in pairwise(tokens) if opening.type == "heading_open"
    }

    assert "script/generate" in text.splitlines()[0]
    assert set(IDS) == set(re.findall(r"\]\(#([a-z0-9-]+)\)", text))
    assert set(IDS) <= headings


def test_every_generated_file_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "script" / "generate"), "--check"],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)


def test_the_wheel_carries_the_examples() -> None:
    packed = {each.distribution_path for each in WheelBuilder(str(ROOT)).recurse_included_files()}

    assert set() == {path.relative_to(ROOT).as_posix() for path in EXAMPLES.rglob("*.sql")} - packed
    assert "ci_runner/lint/manual.py" in packed
