"""What an engine understands, for those who run nothing: no driver is imported."""

from __future__ import annotations

from importlib import import_module

from ci_runner.dialects import DIALECTS
from ci_runner.dialects.base import Language
from ci_runner.dialects.installed import require


def language(name: str) -> Language:
    """That of the dialect `name`. Raises ConfigError as `dialects.dialect` does."""
    require(name)
    found: Language = import_module(f"{DIALECTS[name]}.language").LANGUAGE
    return found
