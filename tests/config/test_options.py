"""The option table itself."""

from __future__ import annotations

from collections import Counter

from ci_runner.config.options import OPTIONS, by_key


def test_no_key_flag_environment_name_or_input_is_given_twice() -> None:
    for names in (
        [option.key for option in OPTIONS],
        [option.flag for option in OPTIONS if option.flag],
        [option.env for option in OPTIONS if option.env],
        [option.action for option in OPTIONS if option.action],
    ):
        assert [] == [name for name, count in Counter(names).items() if count > 1]


def test_names_have_our_prefixes() -> None:
    assert [] == [each.env for each in OPTIONS if each.env and each.env[:10] != "SCHEMA_CI_"]
    assert [] == [each.flag for each in OPTIONS if each.flag and each.flag[:2] != "--"]


def test_an_option_is_found_by_its_key() -> None:
    assert "SCHEMA_CI_FAIL_ON" == by_key()["lint.fail-on"].env
