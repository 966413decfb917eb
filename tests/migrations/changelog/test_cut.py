"""Statements end where Liquibase ends them: what is expected is what its release 4.29.2 did."""

from __future__ import annotations

from time import process_time

import pytest

from ci_runner.migrations.changelog.cut import cuts


def pieces(text: str, delimiter: str = "") -> list[str]:
    ends = list(cuts(text, delimiter))
    edges = [0, *(end for _, end in ends)]
    closed = [*(start for start, _ in ends), len(text)]
    found = (text[start:end].strip() for start, end in zip(edges, closed, strict=True))
    return [each for each in found if each]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a; b;", ["a", "b"]),
        ("f() as $$ select 1; select 2 $$;", ["f() as $$ select 1", "select 2 $$"]),
        ("as $x$\nbegin\n  return 1;\nend;\n$x$ x;", ["as $x$\nbegin\n  return 1;\nend", "$x$ x"]),
        ("i ('a;b', \"c;d\") /* x; y */ e -- ;\n;", ["i ('a;b', \"c;d\") /* x; y */ e -- ;"]),
        ("select 1\ngo\nselect 2\n/\nselect 3;;", ["select 1", "select 2", "select 3"]),
        ("select E'it\\'s; x'; select 'it''s; y'", ["select E'it\\'s; x'", "select 'it''s; y'"]),
        ("t begin update a; end;\nGO\nselect 4 go\n5", ["t begin update a; end", "select 4 go\n5"]),
        ("begin transaction; a; commit;", ["begin transaction", "a", "commit"]),
    ],
)
def test_usual_statements_end_at_semicolons_go_and_slashes(text: str, expected: list[str]) -> None:
    assert expected == pieces(text)


SEVERAL = "p select 1 //\nq\n//\nselect a//b\n/\nselect 7\n / \nselect 8\nGO\ngopher"


@pytest.mark.parametrize(
    ("delimiter", "expected"),
    [
        ("//", ["p select 1", "q", "select a", "b\n/\nselect 7\n / \nselect 8\nGO\ngopher"]),
        ("/", ["p select 1 //\nq", "/\nselect a//b", "select 7\n / \nselect 8\nGO\ngopher"]),
        ("\\nGO", ["p select 1 //\nq\n//\nselect a//b\n/\nselect 7\n / \nselect 8", "gopher"]),
        ("go", ["p select 1 //\nq\n//\nselect a//b\n/\nselect 7\n / \nselect 8", "gopher"]),
        ("@@", [SEVERAL]),
    ],
)
def test_a_delimiter_of_its_own_counts_alone(delimiter: str, expected: list[str]) -> None:
    assert expected == pieces(SEVERAL, delimiter)


@pytest.mark.parametrize("hostile", ["/*", "'\\", "'\"", '"\\', "''", "begin ", "go\n"])
def test_time_is_linear(hostile: str) -> None:
    text = f"$$ {hostile * 40_000}"

    started = process_time()
    list(cuts(text, ""))

    assert 3 > process_time() - started
