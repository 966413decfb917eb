"""The one option table: source of flags, file keys, environment names, action inputs and docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "texts", "flag", "number"]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `key` is its path in schema-ci.toml; `env` is "" for what only a file can say.

    `scope` project means: inside each `[[project]]`.
    """

    key: str
    kind: Kind
    default: object
    help: str
    scope: Literal["global", "project"] = "global"
    choices: tuple[str, ...] = ()
    flag: str = ""
    env: str = ""
    action: str = ""


SEVERITIES = ("error", "warning", "note", "off")

OPTIONS: tuple[Option, ...] = (
    Option("name", "text", "", "the project's name in reports", "project"),
    Option(
        "dialect",
        "text",
        "",
        "the engine",
        "project",
        ("postgres", "sqlite"),
        "--dialect",
        "SCHEMA_CI_DIALECT",
        "dialect",
    ),
    Option("directory", "text", "migrations", "the migration directory", "project"),
    Option(
        "format",
        "text",
        "auto",
        "the directory's format",
        "project",
        ("auto", "atlas", "golang-migrate", "flyway", "plain"),
    ),
    Option("schema", "texts", (), "files or folders of the desired schema", "project"),
    Option(
        "dev.url",
        "text",
        "",
        "the dev database: sqlite://, local://postgres, docker://postgres/16/dev or env:NAME",
        flag="--dev-url",
        env="SCHEMA_CI_DEV_URL",
        action="dev-url",
    ),
    Option(
        "dev.superuser",
        "flag",
        False,
        "run migrations with superuser rights on a dev server of our own; never from the file",
        env="SCHEMA_CI_DEV_SUPERUSER",
    ),
    Option(
        "dev.cache-dir",
        "text",
        "",
        "a folder where what merged files reach is kept between runs; CI's own cache stores it",
        flag="--cache-dir",
        env="SCHEMA_CI_CACHE_DIR",
        action="cache-dir",
    ),
    Option(
        "dev.cache-secret",
        "text",
        "",
        "signs what is kept, so that other machines may use it; never from the file",
        env="SCHEMA_CI_CACHE_SECRET",
        action="cache-secret",
    ),
    Option(
        "diff.include",
        "texts",
        (),
        "compare only what one of these patterns matches, such as `public.*`",
        flag="--include",
    ),
    Option(
        "diff.exclude",
        "texts",
        (),
        "leave out of the comparison what one of these patterns matches, such as `*.audit_*`",
        flag="--exclude",
    ),
    Option(
        "diff.rename",
        "texts",
        (),
        "renames, as `-- schema-ci:rename` says them: `users.email -> users.mail`",
        flag="--rename",
    ),
    Option(
        "diff.drop",
        "texts",
        (),
        "drops that are no renames, as `-- schema-ci:drop` says them: `users.email`",
        flag="--drop",
    ),
    Option(
        "diff.strict",
        "flag",
        False,
        "objects that are not compared, and unanswered questions, are errors",
        flag="--strict",
        env="SCHEMA_CI_STRICT",
    ),
    Option(
        "diff.grants",
        "flag",
        True,
        "compare grants; what is made again gets its own back either way",
        flag="--[no-]grants",
        env="SCHEMA_CI_GRANTS",
    ),
    Option(
        "diff.default-privileges",
        "flag",
        True,
        "compare default privileges",
        flag="--[no-]default-privileges",
        env="SCHEMA_CI_DEFAULT_PRIVILEGES",
    ),
    Option(
        "diff.owners",
        "flag",
        False,
        "compare the owners of objects; what is made again gets its own back either way",
        flag="--[no-]owners",
        env="SCHEMA_CI_OWNERS",
    ),
    Option(
        "diff.online",
        "flag",
        True,
        "plan changes in forms that let readers and writers go on, in more statements and files",
        flag="--[no-]online",
        env="SCHEMA_CI_ONLINE",
    ),
    Option(
        "lint.fail-on",
        "text",
        "error",
        "the severity from which a run fails",
        choices=("error", "warning", "note", "never"),
        flag="--fail-on",
        env="SCHEMA_CI_FAIL_ON",
        action="fail-on",
    ),
    Option(
        "publish.comment",
        "text",
        "update",
        "the pull request comment",
        choices=("update", "off"),
        env="SCHEMA_CI_COMMENT",
        action="comment",
    ),
    Option(
        "publish.check",
        "flag",
        True,
        "write a check run or commit status",
        env="SCHEMA_CI_CHECK",
        action="check",
    ),
    Option(
        "publish.commit",
        "text",
        "check",
        "a missing migration: fail and show it, write it, or commit it to the branch",
        choices=("check", "write", "push"),
        env="SCHEMA_CI_COMMIT",
        action="commit",
    ),
    Option(
        "publish.max-auto-commits",
        "number",
        3,
        "how many commits one pull request may get from us",
        env="SCHEMA_CI_MAX_AUTO_COMMITS",
    ),
    Option(
        "publish.api-max-wait",
        "number",
        120,
        "seconds to wait for the forge in all: its rate limits, and answers that fail",
        env="SCHEMA_CI_API_MAX_WAIT",
    ),
    Option(
        "output-dir",
        "text",
        "schema-ci-report",
        "where report.json and report.md are written",
        flag="--output-dir",
        env="SCHEMA_CI_OUTPUT_DIR",
        action="output-dir",
    ),
)


def by_key() -> dict[str, Option]:
    return {option.key: option for option in OPTIONS}
