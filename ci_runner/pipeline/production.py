"""What a run knows of the real database: sizes that `schema-ci stats` wrote, or are assumed."""

from __future__ import annotations

from ci_runner.config.assume import NOTHING, Assumed
from ci_runner.errors import ConfigError
from ci_runner.pipeline.workspace import Workspace
from ci_runner.schema.production import Production
from ci_runner.schema.sizes import NoSizes, Sizes, load

_LARGEST = 64 * 1024 * 1024


def production(workspace: Workspace, assumed: Assumed = NOTHING) -> Production:
    """Raises ConfigError for a file of sizes that is not there or can't be read.

    A pull request does not say itself how small the tables are that it locks: of a file that is
    merged, the merged content counts.
    """
    config = workspace.config
    sizes = Sizes()
    if config.stats_file:
        content = _merged(workspace)
        if content is None:
            content = _on_disk(workspace)
        sizes = _sizes(content, config.stats_file)
    return Production(sizes, config.small_rows, config.megabytes_per_second, assumed.rows)


def _merged(workspace: Workspace) -> bytes | None:
    if workspace.git is None or workspace.base is None or not workspace.base_ref:
        return None
    path = workspace.root / workspace.config.stats_file
    if not path.is_relative_to(workspace.root):
        return None
    return workspace.git.file_at(workspace.base, path.relative_to(workspace.root).as_posix())


def _on_disk(workspace: Workspace) -> bytes:
    path = workspace.root / workspace.config.stats_file
    try:
        if path.stat().st_size > _LARGEST:
            raise _refused(workspace.config.stats_file, f"it has more than {_LARGEST} bytes")
        return path.read_bytes()
    except OSError as missing:
        raise _refused(workspace.config.stats_file, missing.strerror or "") from missing


def _sizes(content: bytes, name: str) -> Sizes:
    try:
        return load(content)
    except NoSizes as bad:
        raise _refused(name, str(bad)) from bad


def _refused(name: str, said: str) -> ConfigError:
    return ConfigError(
        "the sizes of production's tables can't be read",
        where=name,
        said=said,
        next_step=f"write them with `schema-ci stats env:TARGET_URL > {name}`",
    )
