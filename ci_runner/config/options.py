"""The one option table: source of flags, file keys, environment names, action inputs and docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "texts", "flag", "number"]


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `key` is its path in schema-ci.toml; `env` is "" for what only a file can say.

    `scope` project means: inside each `[[project]]`. `most` is the largest number that the file may
    say, None for any: it guards the CI from the pull request, of which the file is a part. What is
    `trusted` reaches further than the review itself, so the copy of the file that a stranger can
    edit is not asked for it.
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
    most: int | None = None
    trusted: bool = False


SEVERITIES = ("error", "warning", "note", "off")

OPTIONS: tuple[Option, ...] = (
    Option("name", "text", "", "the project's name in reports", "project"),
    Option(
        "dialect",
        "text",
        "",
        "the engine",
        "project",
        ("postgres", "mysql", "sqlite"),
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
        "the dev database: sqlite://, local://mariadb, docker://postgres/16/dev or env:NAME",
        flag="--dev-url",
        env="SCHEMA_CI_DEV_URL",
        action="dev-url",
        trusted=True,
    ),
    Option(
        "dev.like",
        "text",
        "",
        "the database to be like in version, extensions, collation and settings: env:NAME",
        env="SCHEMA_CI_DEV_LIKE",
        trusted=True,
    ),
    Option(
        "dev.extensions",
        "texts",
        (),
        "extensions that every dev database has: `postgis`, `pgcrypto@1.3`",
        trusted=True,
    ),
    Option(
        "dev.roles",
        "texts",
        (),
        "roles that migrations and grants name; made on a dev server of our own",
        trusted=True,
    ),
    Option(
        "dev.setup",
        "texts",
        (),
        "SQL files or folders that run in every dev database before anything else",
        trusted=True,
    ),
    Option(
        "dev.superuser",
        "flag",
        False,
        "run migrations with superuser rights, on a server that exists as the URL's role",
        env="SCHEMA_CI_DEV_SUPERUSER",
        trusted=True,
    ),
    Option(
        "dev.statement-seconds",
        "number",
        300,
        "how long one statement may run on a dev database; the file may only lower it",
        env="SCHEMA_CI_DEV_STATEMENT_SECONDS",
        most=300,
    ),
    Option(
        "dev.total-seconds",
        "number",
        3600,
        "how long the work on one dev server may take; the file may only lower it",
        env="SCHEMA_CI_DEV_TOTAL_SECONDS",
        most=3600,
    ),
    Option(
        "dev.megabytes",
        "number",
        2048,
        "how many MiB a dev database of our own may hold; the file may only lower it",
        env="SCHEMA_CI_DEV_MEGABYTES",
        most=2048,
    ),
    Option(
        "limits.file-megabytes",
        "number",
        64,
        "how many MiB one SQL file may have; the file may only lower it",
        env="SCHEMA_CI_LIMITS_FILE_MEGABYTES",
        most=64,
    ),
    Option(
        "limits.total-megabytes",
        "number",
        256,
        "how many MiB the SQL files of one directory may have; the file may only lower it",
        env="SCHEMA_CI_LIMITS_TOTAL_MEGABYTES",
        most=256,
    ),
    Option(
        "limits.files",
        "number",
        20_000,
        "how many files one directory of SQL may have; the file may only lower it",
        env="SCHEMA_CI_LIMITS_FILES",
        most=20_000,
    ),
    Option(
        "dev.container-memory",
        "number",
        2048,
        "MiB that a dev server's container may take, half of it for data; never from the file",
        env="SCHEMA_CI_DEV_CONTAINER_MEMORY",
    ),
    Option(
        "dev.container-processes",
        "number",
        256,
        "processes that a container of a dev server may have; never from the file",
        env="SCHEMA_CI_DEV_CONTAINER_PROCESSES",
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
        "diff.column-order",
        "flag",
        False,
        "compare the order of columns, where the engine can move them: MySQL and MariaDB",
        flag="--[no-]column-order",
        env="SCHEMA_CI_COLUMN_ORDER",
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
        "stats.file",
        "text",
        "",
        "sizes of the real database's tables, as `schema-ci stats` writes them",
        flag="--stats",
        env="SCHEMA_CI_STATS",
        action="stats",
    ),
    Option(
        "stats.small-rows",
        "number",
        10_000,
        "a table of so many rows or fewer keeps nobody waiting: what locks it is a note",
    ),
    Option(
        "stats.megabytes-per-second",
        "number",
        50,
        "how fast a table is taken to be read or rewritten, for estimates",
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
        "lint.require-reason",
        "flag",
        False,
        "a comment that silences findings without saying why is a finding",
        env="SCHEMA_CI_REQUIRE_REASON",
    ),
    Option(
        "lint.baseline",
        "text",
        "",
        "a file of findings that are known, as `lint --write-baseline` writes it",
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
        "where report.json, report.md and the findings for forges are written",
        flag="--output-dir",
        env="SCHEMA_CI_OUTPUT_DIR",
        action="output-dir",
    ),
)


def by_key() -> dict[str, Option]:
    return {option.key: option for option in OPTIONS}
