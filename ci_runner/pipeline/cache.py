"""Whether a run may use snapshots of earlier ones, and whether it may leave one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ci_runner.config.model import Config
from ci_runner.context import Build
from ci_runner.devdb.reach import Cache
from ci_runner.devdb.store import Store, of_this_machine, signing_key


def cache(
    config: Config, root: Path, build: Callable[[], Build], say: Callable[[str], None]
) -> Cache | None:
    """The snapshots in the configured folder, below `root` unless absolute; None where none is.

    They are signed with the configured secret, else with the key of this machine: then snapshots
    from elsewhere are not used. The run of a fork's pull request leaves none, whatever it ran.
    """
    if not config.cache_dir:
        return None
    machine = None if config.cache_secret else of_this_machine(say)
    if not config.cache_secret and machine is None:
        say("no snapshots: set SCHEMA_CI_CACHE_SECRET, with which they are signed")
        return None
    key = machine.key if machine else signing_key(config.cache_secret)
    pull = build().pull_request
    return Cache(Store(root / config.cache_dir, key), writable=not (pull and pull.is_fork))
