"""What becomes of the other rules when one of them is killed."""

from __future__ import annotations

from ci_runner.config.policy import TeamRule
from ci_runner.lint.cel import evaluated
from ci_runner.lint.subjects import Subject

TABLE: Subject = {"kind": "table", "name": "t"}


def endless() -> str:
    grown = "1"
    for name in "abcdefghi":
        grown = f"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map({name}, {grown})"
    return f"size({grown}) == 0"


def test_the_rules_around_one_that_takes_too_much_are_asked() -> None:
    rules = (
        TeamRule("before", "table", 'this.name == "x"', ""),
        TeamRule("endless", "table", endless(), ""),
        TeamRule("after", "table", 'this.name == "x"', ""),
    )

    hits, [broken] = evaluated(rules, [[TABLE], [TABLE], [TABLE, TABLE]], 1)

    assert [(0, 0), (2, 0), (2, 1)] == hits
    assert (rules[1], "rule endless takes too much") == (broken.rule, broken.what)


def test_there_is_an_end_to_patience() -> None:
    rules = [TeamRule(str(number), "table", endless(), "") for number in range(4)]
    rules.append(TeamRule("last", "table", "false", ""))

    hits, broken = evaluated(rules, [[TABLE]] * 5, 1)

    assert [] == hits
    assert [*rules] == [each.rule for each in broken]
    assert ["takes too much"] * 3 + ["was not asked"] * 2 == [
        each.what.partition(each.rule.id)[2].strip() for each in broken
    ]
