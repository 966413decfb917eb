from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.config.options import OPTIONS
from integrations.inputs import between, inputs, scalar

PRINTABLE = st.characters(categories=("L", "N", "P", "S", "Zs"))


@given(text=st.text(PRINTABLE, min_size=1, max_size=300), indent=st.sampled_from([2, 4, 8]))
def test_any_text_is_read_back_as_it_was(text: str, indent: int) -> None:
    shown = f"{' ' * indent}key: {scalar(text, indent)}\n"

    assert {"key": text} == yaml.safe_load(shown)


def test_long_descriptions_stay_within_the_width_of_our_yaml() -> None:
    shown = scalar("the word " * 60 + "ends", 4)

    assert max(map(len, shown.splitlines())) <= 120
    assert f"{'the word ' * 60}ends" == yaml.safe_load(f"    key: {shown}\n")["key"]


def test_every_option_that_a_platform_offers_has_a_variable_to_go_by() -> None:
    assert [option.action for option in OPTIONS if option.action] == [
        each.name for each in inputs()
    ]
    assert [] == [each.name for each in inputs() if not each.env]


def test_a_flag_is_a_choice_because_it_may_also_not_be_given() -> None:
    (check,) = [each for each in inputs() if each.name == "check"]

    assert ("true", "false") == check.choices


def test_what_signs_the_cache_is_a_secret() -> None:
    assert ["cache-secret"] == [each.name for each in inputs() if each.secret]


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    text = "by hand\n  # of the table\nold\n  # end of of the table\nby hand too\n"

    assert "by hand\n  # of the table\nnew\n  # end of of the table\nby hand too\n" == between(
        "of the table", text, "new\n"
    )
    with pytest.raises(ValueError, match="not in list"):
        between("of something else", text, "")
