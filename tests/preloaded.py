"""Every module that a command may use, for the process that commands are forked from."""

from __future__ import annotations

import gc
import pkgutil
from importlib import import_module

import ci_runner

# What our modules import where they use it first.
_THEIRS = (
    "docker",
    "github",
    "gitlab.v4.objects",
    "postgast",
    "psycopg",
    "pydantic.type_adapter",
    "pymysql",
    "zstandard",
)

for _module in pkgutil.walk_packages(ci_runner.__path__, f"{ci_runner.__name__}."):
    if not _module.name.endswith("__main__"):
        import_module(_module.name)
for _name in _THEIRS:
    import_module(_name)

# What is here stays for good: no look for garbage in a command should go through it.
gc.freeze()
