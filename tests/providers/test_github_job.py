"""The files and lines by which a job of GitHub Actions is told, read as its runner reads them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from ci_runner.providers.github_job import (
    SUMMARY_BYTES,
    append_summary,
    mask_commands,
    summary_room,
    write_outputs,
)
from ci_runner.secrets import Redactor

HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["a\nEOF\nevil=1", "ghadelimiter_x\nevil<<ghadelimiter_x", "evil=1\r\n", "", "\n\n", "x<<EOF"]
)


def runner_reads(text: str) -> dict[str, str]:
    """As actions/runner's FileCommandManager does it: `name=value`, or a delimiter's block."""
    found, lines = {}, text.split("\n")
    while lines:
        line = lines.pop(0)
        if "<<" in line:
            name, _, delimiter = line.partition("<<")
            block = []
            while (inner := lines.pop(0)) != delimiter:
                block.append(inner)
            found[name] = "\n".join(block)
        elif line:
            name, _, found[name] = line.partition("=")
    return found


@given(st.dictionaries(st.sampled_from(["outcome", "plan-hash", "check-url"]), HOSTILE))
def test_t9_no_value_can_end_itself_or_begin_another_output(outputs: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder, "output")
        place.write_text("earlier=1\n")
        written = write_outputs({"GITHUB_OUTPUT": str(place)}, outputs)
        with place.open(encoding="utf-8", newline="") as file:
            text = file.read()

    assert written
    assert {"earlier": "1", **outputs} == runner_reads(text)


def test_t9_delimiters_differ_from_output_to_output(tmp_path: Path) -> None:
    place = tmp_path / "output"
    write_outputs({"GITHUB_OUTPUT": str(place)}, {"a": "1", "b": "1"})

    ends = [line.partition("<<")[2] for line in place.read_text().split("\n") if "<<" in line]
    assert 2 == len(set(ends))


def test_without_a_file_no_output_is_written() -> None:
    assert not write_outputs({}, {"a": "1"})


def test_a11_the_summary_goes_below_what_is_there_and_knows_its_room(tmp_path: Path) -> None:
    place = tmp_path / "summary"
    environ = {"GITHUB_STEP_SUMMARY": str(place)}
    whole = summary_room(environ)
    append_summary(environ, "first")
    append_summary(environ, "zwei ä\n")

    assert "first\nzwei ä\n" == place.read_text(encoding="utf-8")
    assert SUMMARY_BYTES - 1 == whole
    assert len(place.read_bytes()) == whole - summary_room(environ)
    assert 0 == summary_room({})


def test_t10_every_spelling_of_a_secret_is_masked_line_by_line() -> None:
    redactor = Redactor()
    redactor.register("first line\nsecond%line")
    redactor.register_url("postgres://jo:p%40ssword@db/x")
    redactor.register("ghs_the_jobs_own")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "ghs_the_jobs_own"}

    masks = list(mask_commands(environ, redactor.spellings))

    masked = {line.removeprefix("::add-mask::").rstrip("\n").replace("%25", "%") for line in masks}
    assert {"first line", "second%line", "p%40ssword", "p@ssword"} <= masked
    assert "ghs_the_jobs_own" not in masked
    assert all(line.startswith("::add-mask::") and 1 == line.count("\n") for line in masks)


def test_t10_a_plain_word_is_not_masked_since_the_runner_would_hide_it_everywhere() -> None:
    environ = {"GITHUB_ACTIONS": "true"}

    masked = mask_commands(environ, {"postgres", "true", "12345", "hunter2", "Xk9-long-enough"})

    assert ["::add-mask::Xk9-long-enough\n", "::add-mask::hunter2\n"] == list(masked)


def test_t10_nobody_but_the_runner_of_github_is_told_secrets() -> None:
    redactor = Redactor()
    redactor.register("a secret")

    assert [] == list(mask_commands({"GITLAB_CI": "true"}, redactor.spellings))
