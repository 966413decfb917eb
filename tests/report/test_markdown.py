from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ci_runner.report.escape import code
from ci_runner.report.markdown import LEVELS, render
from ci_runner.report.model import Report, ReportedBuild, ReportedProject, ReportedStep
from tests.report.examples import FINDINGS, GENERATED, NEW, PROJECT, REPORT, STEPS
from tests.report.hostile import HOSTILE, TEXTS

GENERATED_FILE = next(each for each in PROJECT.files if each.path == GENERATED)
GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OWN_HTML = {"<code>", "</code>", "<sub>", "</sub>", "<br>"}


def shape(body: str) -> list[str]:
    """Block structure alone: what no text in it may change."""
    return [token.type for token in GITHUB.parse(body)]


def inlines(body: str) -> list[Token]:
    return [child for token in GITHUB.parse(body) for child in token.children or []]


def poisoned(text: str) -> Report:
    """The example with `text` in every place that a pull request can write to."""
    statement = f"CREATE VIEW v AS SELECT {text}"
    project = replace(
        PROJECT,
        name=text,
        server=f"PostgreSQL {text}",
        files=tuple(replace(file, path=f"{text}.sql") for file in PROJECT.files),
        steps=tuple(
            replace(step, path=f"{text}.sql", sql=f"{step.sql} {text}", locks=(text,))
            for step in STEPS
        ),
        findings=tuple(
            replace(each, rule=text, message=f"it {text}", path=text, evidence="", instead="")
            for each in FINDINGS
        ),
        plan=tuple(
            replace(each, sql=statement, object=text, hazards=(f"it {text}",))
            for each in PROJECT.plan
        ),
        unmanaged=(text,),
    )
    return replace(
        REPORT,
        projects=(project,),
        notices=(f"so {text}",),
        tool_version=text,
        gaps=(f"no {text}",),
        reported_by=f"by {text}",
    )


def failing(text: str) -> Report:
    step = ReportedStep(f"{text}.sql", 2, f"CREATE {text}", "failed", error=f"no {text}")
    project = replace(PROJECT, state="unknown", problem=f"no {text}", steps=(step,), name=text)
    return replace(REPORT, projects=(project, replace(project, name="b")))


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_text_changes_the_structure(text: str) -> None:
    for level in range(LEVELS):
        assert shape(render(poisoned("x"), level)) == shape(render(poisoned(text), level))
        assert shape(render(failing("x"), level)) == shape(render(failing(text), level))


@pytest.mark.parametrize("text", HOSTILE)
def test_the_only_html_links_and_emphasis_are_ours(text: str) -> None:
    for report in (poisoned(text), failing(text)):
        for token in inlines(render(report)):
            if token.type == "html_inline":
                assert token.content in OWN_HTML
            if token.type == "link_open":
                href = str(token.attrs["href"])
                blob = "https://github.com/acme/shop/blob/4f1c2a9"
                assert href == REPORT.build.run_url or href.startswith(blob)
            assert "image" != token.type


@pytest.mark.parametrize("text", HOSTILE)
def test_tables_keep_their_columns(text: str) -> None:
    tokens = GITHUB.parse(render(poisoned(text)))

    rows = "".join(
        {"tr_open": "(", "tr_close": ")", "th_open": "x", "td_open": "x"}.get(token.type, "")
        for token in tokens
    )
    assert "(xxxxxxx)(xxxxxxx)(xxxx)(xxxx)(xxxx)(xxxx)(xxxx)(xxxx)(xxxx)" == rows


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_outside_a_fence_starts_a_quick_action_or_a_mention(text: str) -> None:
    for token in GITHUB.parse(render(poisoned(text))):
        if token.type == "inline":
            assert not any(line.lstrip().startswith("/") for line in token.content.split("\n"))
            assert "@" not in token.content


def test_the_status_comes_first_with_word_and_commit() -> None:
    lines = render(REPORT).splitlines()

    assert lines[0] == (
        "### ❌ Failed: 1 error, 1 warning; 1 destructive statement; 1 migration generated"
    )
    assert "<code>4f1c2a9</code>" in lines[2]


def test_destructive_statements_are_open_at_every_level_but_the_last() -> None:
    shown = [
        "```sql\nALTER TABLE users DROP COLUMN phone\n```" in render(REPORT, n) for n in range(4)
    ]

    assert [True, True, True, False] == shown
    assert render(REPORT).index("DROP COLUMN") < render(REPORT).index("<details")


def test_each_level_is_shorter_and_says_so() -> None:
    bodies = [render(REPORT, level) for level in range(LEVELS)]

    assert sorted(map(len, bodies), reverse=True) == [len(body) for body in bodies]
    assert [False, True, True, True] == ["Left out to fit" in body for body in bodies]


def test_a_finding_links_to_its_line_at_the_head() -> None:
    hrefs = [t.attrs["href"] for t in inlines(render(REPORT)) if t.type == "link_open"]

    assert f"https://github.com/acme/shop/blob/{REPORT.build.head_sha}/{NEW}#L3" in hrefs


def test_a_long_linked_name_is_cut_in_a_table_and_whole_elsewhere() -> None:
    long = f"db/migrations/20240611101500_{'long_' * 12}name.sql"
    finding = replace(FINDINGS[0], path=long)
    loss = replace(STEPS[0], path=long)
    project = replace(PROJECT, findings=(finding,), steps=(loss,))
    body = render(replace(REPORT, projects=(project,)))
    unlinked = render(replace(REPORT, projects=(project,), build=ReportedBuild()))

    texts = [t.content for t in inlines(body) if t.type == "text"]
    assert "20240611101500_long_long_lon…:3" in texts
    assert f"{long.rpartition('/')[2]}:1" in texts
    assert f"{long}:3" in [t.content for t in inlines(unlinked) if t.type == "text"]


def test_a19_whose_word_it_is_comes_first_at_every_level() -> None:
    report = replace(REPORT, reported_by="mallory/shop", gaps=("project a is not in the report",))

    for level in range(LEVELS):
        assert "reported by an untrusted job" in render(report, level).splitlines()[0]
    body = render(report, 2)
    assert body.index("Reported by an untrusted job") < body.index("**🔥")
    assert "- project a is not in the report" in body


def test_times_and_the_run_do_not_show() -> None:
    slower = replace(PROJECT, steps=tuple(replace(s, milliseconds=9e9) for s in STEPS))
    later = replace(REPORT.build, run_url="https://github.com/acme/shop/actions/runs/2")

    assert render(REPORT) == render(replace(REPORT, projects=(slower,), build=later))


def test_a_long_plan_is_folded() -> None:
    long = replace(PROJECT, plan=PROJECT.plan * 5)

    assert "<details open>" in render(REPORT)
    assert "<details open>" not in render(replace(REPORT, projects=(long,)))
    assert "<details>" in render(replace(REPORT, projects=(long,)))


def test_a_plan_in_several_files_is_shown_file_by_file() -> None:
    second = replace(GENERATED_FILE, path=f"{GENERATED}2", statements=1)
    files = (replace(GENERATED_FILE, statements=1), second)

    body = render(replace(REPORT, projects=(replace(PROJECT, files=files),)))

    first, last = (each.sql for each in PROJECT.plan)
    assert "<summary>2 statements in 2 files, which run one after another</summary>" in body
    assert f"{code(GENERATED)}\n\n```sql\n{first};\n```" in body
    assert f"{code(f'{GENERATED}2')}\n\n```sql\n{last};\n```" in body


def test_a_plan_that_did_not_run_to_its_end_is_shown_as_one() -> None:
    files = (replace(GENERATED_FILE, statements=1),)

    body = render(replace(REPORT, projects=(replace(PROJECT, files=files),)))

    first, last = (each.sql for each in PROJECT.plan)
    assert "<summary>2 statements</summary>" in body
    assert f"```sql\n{first};\n{last};\n```" in body


def test_a_hazard_is_told_once_with_the_objects_it_is_about() -> None:
    plan = tuple(replace(PROJECT.plan[0], object=f"index i{n}", hazards=("waits",)) for n in "1234")

    body = render(replace(REPORT, projects=(replace(PROJECT, plan=plan),)))

    listed = "<code>index i1</code>, <code>index i2</code>, <code>index i3</code> and 1 more"
    assert f"\n- ⚠️ {listed}: waits\n" in body


def test_data_is_not_published() -> None:
    secret = "jane@example.org"
    failed = replace(
        STEPS[2],
        outcome="failed",
        error=f'duplicate key\nKey (value)=({secret}) already exists; "{secret}"',
    )
    project: ReportedProject = replace(PROJECT, steps=(failed,))

    body = render(replace(REPORT, projects=(project,)))

    assert "INSERT INTO settings (name, value) VALUES ('…', '…')" in body
    assert "jane" not in body


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level 4"):
        render(REPORT, 4)


def test_of_many_objects_that_were_not_compared_some_are_named_and_all_counted() -> None:
    many = tuple(f"function public.f{number}()" for number in range(200))
    report = replace(REPORT, projects=(replace(PROJECT, unmanaged=many),))

    text = render(report)

    assert "public.f0()" in text
    assert "f199" not in text
    assert "and 188 more" in text
