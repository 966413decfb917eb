"""Random schemas of every kind of object: features, each of them absent or in one of its forms.

A schema is a choice of forms. An edit chooses others, so that whatever stands on an edited object
has to survive it. The features are in features.sql.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

_BEFORE = """
DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA app;
"""
_FEATURE = re.compile(r"^-- feature ([^:\n]+)(?:: (.*))?\n", re.MULTILINE)
_OR = re.compile(r"^-- or\n", re.MULTILINE)

Choice = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Feature:
    """`forms` are scripts, each a whole."""

    name: str
    needs: frozenset[str]
    forms: tuple[str, ...]


def _features(text: str) -> Iterator[Feature]:
    _, *parts = _FEATURE.split(text)
    for name, needs, forms in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        needed = frozenset(needs.split(", ")) if needs else frozenset()
        yield Feature(name, needed, tuple(_OR.split(forms)))


FEATURES = tuple(_features(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")))


def script(choice: Choice) -> str:
    """The SQL of a choice: number of the form by name of the feature, 0 where it is absent."""
    return _BEFORE + "".join(_chosen(choice))


def _chosen(choice: Choice) -> Iterator[str]:
    present: set[str] = set()
    for feature in FEATURES:
        form = choice.get(feature.name, 0)
        if form and present >= feature.needs:
            present.add(feature.name)
            yield feature.forms[form - 1]


def _forms(features: tuple[Feature, ...]) -> st.SearchStrategy[dict[str, int]]:
    """Any form of each, or none."""
    return st.fixed_dictionaries(
        {each.name: st.sampled_from(range(len(each.forms) + 1)) for each in features}
    )


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """A schema, most of whose features are there, and the same with a few features edited."""
    before = draw(_forms(FEATURES))
    edited = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=6, unique=True))
    after = before | draw(_forms(tuple(edited)))
    return script(before), script(after)
