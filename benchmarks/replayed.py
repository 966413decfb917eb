"""Replay a migration directory on an empty database, in a process of its own.

usage: python -m benchmarks.replayed DIRECTORY
DATABASE holds the connection string. This is what `schema-ci run` and `schema-ci diff` do with
merged files: read the directory, split every file, run it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ci_runner.devdb.replay import replay, script
from ci_runner.dialects import dialect
from ci_runner.dialects.postgres.connect import connect
from ci_runner.migrations.reader import files_on_disk, read_files


def main(place: str) -> None:
    postgres = dialect("postgres")
    directory = read_files(place, "atlas", files_on_disk(Path(place), "."))
    scripts = tuple(script(file, directory.format, postgres) for file in directory.files)
    with connect(os.environ["DATABASE"]) as connection:
        replay(connection, scripts)


main(sys.argv[1])
