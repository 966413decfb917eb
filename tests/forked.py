"""The real command in a process that is forked from one that has its modules already.

Starting Python and reading its modules takes longer than most runs; tests that make thousands of
runs can't wait for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.forked", "tests.preloaded"])
_SECONDS = 120
# What multiprocessing says where its server did not hear how a child ended, and no code of ours.
_UNHEARD = 255


def forked(argv: tuple[str, ...], environ: Mapping[str, str], root: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `schema-ci ARGV` in `root`; `environ` is all that it gets."""
    with TemporaryDirectory() as folder:
        streams = (Path(folder) / "out", Path(folder) / "err")
        child = _CONTEXT.Process(target=_command, args=(argv, dict(environ), str(root), streams))
        child.start()
        child.join(_SECONDS)
        if child.exitcode is None:
            child.kill()
            child.join()
            raise TimeoutError(f"schema-ci {' '.join(argv)} runs for {_SECONDS} s")
        out, err = (stream.read_text(encoding="utf-8") for stream in streams)
        said = Path(folder) / "code"
        heard = child.exitcode != _UNHEARD
        code = child.exitcode if heard or not said.exists() else int(said.read_text())
    return code, out, err


def _command(
    argv: tuple[str, ...], environ: Mapping[str, str], root: str, streams: tuple[Path, Path]
) -> None:
    for stream, number in zip(streams, (1, 2), strict=True):
        os.dup2(os.open(stream, os.O_CREAT | os.O_WRONLY), number)
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(root)
    sys.argv = ["schema-ci", *argv]
    from ci_runner.cli.main import main

    try:
        main()
    except SystemExit as end:
        streams[0].with_name("code").write_text(str(int(end.code or 0)))
        raise
