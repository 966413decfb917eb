"""From configuration to what the planner is told."""

from __future__ import annotations

from ci_runner.config.model import Config
from ci_runner.dialects.base import PlanOptions


def plan_options(config: Config) -> PlanOptions:
    """The one place where configuration becomes PlanOptions."""
    return PlanOptions(online=config.online)
