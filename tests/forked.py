"""The real command in a process that is forked from one that has its modules already.

Starting Python anew takes a second of a run; tests that need hundreds of runs can't wait for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.checkout import CHECKOUT, Checkout, Done

_MODULES = (
    "tests.forked",
    "github",
    "pydantic",
    "ci_runner.cli.main",
    "ci_runner.cli.review",
    "ci_runner.cli.workspace",
    "ci_runner.cli.publishing",
    "ci_runner.devdb.engines.sqlite",
    "ci_runner.dialects.sqlite.dialect",
    "ci_runner.forges.github",
    "ci_runner.forges.opening",
    "ci_runner.pipeline.run",
    "ci_runner.publish.publish",
    "ci_runner.report.json",
)
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(list(_MODULES))
_SECONDS = 120
# What multiprocessing says where its server did not hear how a child ended, and no code of ours.
_UNHEARD = 255


@dataclass
class ForkedCheckout(Checkout):
    """A checkout whose command starts at once, in a process of its own all the same."""

    def run(self, *argv: str, **environ: str) -> Done:
        paths = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT), "HOME": "/nonexistent"}
        with TemporaryDirectory() as folder:
            streams = (Path(folder) / "out", Path(folder) / "err")
            child = _CONTEXT.Process(
                target=_command,
                args=(argv, {**paths, **self.environ, **environ}, str(self.root), streams),
            )
            child.start()
            child.join(_SECONDS)
            if child.exitcode is None:
                child.kill()
                child.join()
            out, err = (stream.read_text(encoding="utf-8") for stream in streams)
            said = Path(folder) / "code"
            heard = child.exitcode != _UNHEARD
            code = child.exitcode if heard or not said.exists() else int(said.read_text())
        assert code is not None
        assert "Traceback" not in out + err, err
        return Done(code, out, err)


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
