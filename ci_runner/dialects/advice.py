"""What a user can do about a statement that the dev database refused."""

from __future__ import annotations

import re

from ci_runner.dialects.base import Failure
from ci_runner.dialects.guard import STOPPED

_NO_ROLE = re.compile(r'role (".*") does not exist', re.DOTALL)
_EXTENSION = re.compile(r'permission denied to create extension (".*")')
_NOT_PERMITTED = "42501"
_UNDEFINED = "42704"
# PostgreSQL: disk_full; MariaDB and MySQL: ER_DISK_FULL, ER_RECORD_FILE_FULL.
_FULL = frozenset({"53100", "1021", "1114"})


def advice(failure: Failure) -> str:
    """The next step where the refusal is one of ours, and not the statement's fault; else ""."""
    match failure.code:
        case code if code == STOPPED:
            return failure.hint
        case code if code == _NOT_PERMITTED and (extension := _EXTENSION.match(failure.message)):
            return (
                f"put {extension[1]} into `dev.extensions`, and every dev database has it before"
                " migrations run; or grant them superuser rights: SCHEMA_CI_DEV_SUPERUSER=true"
            )
        case code if code == _NOT_PERMITTED:
            return (
                "migrations run without superuser rights; SCHEMA_CI_DEV_SUPERUSER=true grants them"
            )
        case code if code == _UNDEFINED and (role := _NO_ROLE.fullmatch(failure.message)):
            return (
                f"put {role[1]} into `dev.roles`, or CREATE ROLE {role[1]} on a server of your own"
                " and give that with --dev-url"
            )
        case code if code in _FULL:
            return (
                "make it smaller, or give the dev database more room: for a container"
                " SCHEMA_CI_DEV_CONTAINER_MEMORY, else a larger TMPDIR"
            )
    return ""
