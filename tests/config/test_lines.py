"""Lines of keys, whatever TOML allows around them."""

from __future__ import annotations

from ci_runner.config.lines import key_lines

TEXT = '''a = 1 # [comment
[[project]]
schema = [
  "b = 1", # c = 2
  ["d"],
]
"name" = """
[lint]
x = 1"""
dialect = 'p#'
[[project]]
name = "q"
[project.sub]
r . "s" = { t = 1 }
[lint."rules"]
"x" = 1'''


def test_each_key_has_the_line_it_starts_on() -> None:
    assert {
        "a": 1,
        "project[0]": 2,
        "project[0].schema": 3,
        "project[0].name": 7,
        "project[0].dialect": 10,
        "project[1]": 11,
        "project[1].name": 12,
        "project[1].sub": 13,
        "project[1].sub.r": 14,
        "project[1].sub.r.s": 14,
        "lint.rules": 15,
        "lint.rules.x": 16,
    } == key_lines(TEXT)


def test_windows_line_ends_count_once() -> None:
    assert {"a": 1, "b": 2} == key_lines("a = 1\r\nb = 2\r\n")
