"""What the configuration settles about plans."""

from __future__ import annotations

from ci_runner.config.model import Compared
from ci_runner.dialects.base import PlanOptions


def plan_options(compared: Compared) -> PlanOptions:
    left = {
        "grant": not compared.grants,
        "default privileges": not compared.default_privileges,
        "owner": not compared.owners,
    }
    return PlanOptions(leave=frozenset(kind for kind, is_left in left.items() if is_left))
