"""Of fifty findings on real histories at least forty-five are right, and stay what they were."""

from __future__ import annotations

from collections import Counter

import pytest

from ci_runner.devdb.server import Server
from ci_runner.lint.notices import NOTICES
from ci_runner.lint.rules import RULES
from tests.lint.histories import CORPORA, NAMES, findings
from tests.lint.precision import FILE, VERDICTS, judged

JUDGED = judged(FILE)
# Short histories: the others take minutes. `script/precision` draws from all of them.
AGAIN = {
    "postgres": ("bitmagnet", "hyperswitch-vault", "memos-pg", "svix", "umami"),
    "mysql": ("conductor-mysql",),
    "sqlite": ("authelia-sqlite", "memos-sqlite"),
}


def test_fifty_findings_are_judged_and_at_least_forty_five_are_right() -> None:
    verdicts = Counter(each.verdict for each in JUDGED)

    assert 50 <= len({each.finding for each in JUDGED}) == len(JUDGED)
    assert verdicts["right"] >= 0.9 * len(JUDGED)
    assert set(verdicts) <= set(VERDICTS)


def test_each_has_a_history_a_rule_and_a_reason() -> None:
    rules = {rule.id for rule in RULES} | {notice.id for notice in NOTICES}
    histories = {name for names in NAMES.values() for name in names}

    for each in JUDGED:
        name, path, line, rule = each.finding
        assert name in histories
        assert path.endswith(".sql")
        assert line.isdigit()
        assert rule in rules
        assert len(each.reason.split()) > 1


@pytest.mark.parametrize(
    ("engine", "name"), [(engine, name) for engine, names in AGAIN.items() for name in names]
)
def test_what_is_right_is_still_found_and_what_was_wrong_is_not(
    engine: str, name: str, request: pytest.FixtureRequest
) -> None:
    if not (CORPORA / name).is_dir():
        pytest.skip(f"needs shared/corpora/{name} beside the checkout")
    mine = {each.finding: each.verdict for each in JUDGED if each.finding[0] == name}
    wanted = {path for _, path, _, _ in mine}
    server: Server = request.getfixturevalue(f"{engine}_server")

    found = {
        (name, each.path, str(each.line), each.rule) for each in findings(server, name, wanted)
    }

    assert {place for place, verdict in mine.items() if verdict != "dropped"} == found & mine.keys()
