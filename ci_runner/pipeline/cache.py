"""Whether a run may use snapshots of earlier ones, and whether it may leave one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ci_runner.config.model import Config
from ci_runner.devdb.reach import Cache
from ci_runner.devdb.store import Store, of_this_machine, signing_key
from ci_runner.pipeline.trust import Trust


def cache(config: Config, root: Path, trust: Trust, say: Callable[[str], None]) -> Cache | None:
    """The snapshots in the configured folder, below `root` unless absolute; None where none is.

    They are signed with the configured secret, else with the key of this machine: then snapshots
    from elsewhere are not used. A run whose checkout may be anybody's,
    such as that of a fork's pull request, leaves none, whatever it ran.
    """
    if not config.cache_dir:
        return None
    machine = None if config.cache_secret else of_this_machine(say)
    if not config.cache_secret and machine is None:
        say("no snapshots: set SCHEMA_CI_CACHE_SECRET, with which they are signed")
        return None
    key = machine.key if machine else signing_key(config.cache_secret)
    return Cache(Store(root / config.cache_dir, key), writable=not trust.reason)
