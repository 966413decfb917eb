"""What another linter was told by its own test case, said in our options."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ci_runner.config.assume import Assumed

Case = dict[str, Any]
UNTOLD = "10"
ABOUT_OLD = {
    ("squawk-docs", "adding-field-with-default"),
    ("bytebase", "STATEMENT_DISALLOW_ADD_COLUMN_WITH_DEFAULT"),
}
# What a case's own linter was told, as an option of ours.
PATTERNS = {
    "regex_index": ("index", "unique-index"),
    "regex_constraint_primary_key": ("primary-key",),
    "regex_constraint_unique_key": ("unique",),
    "regex_constraint_foreign_key": ("foreign-key",),
    "regex_constraint_check": ("check",),
    "regex_constraint_exclusion": ("exclusion",),
    "regex_sequence": ("sequence",),
    "timestamp_column_suffix": ("timestamp-suffix",),
    "date_column_suffix": ("date-suffix",),
}
NAMED = {
    "NAMING_TABLE": "table",
    "NAMING_COLUMN": "column",
    "NAMING_COLUMN_AUTO_INCREMENT": "auto-increment",
    "NAMING_INDEX_IDX": "index",
    "NAMING_INDEX_PK": "primary-key",
    "NAMING_INDEX_UK": "unique",
    "NAMING_INDEX_FK": "foreign-key",
    "TABLE_DROP_NAMING_CONVENTION": "dropped-table",
}
BLANKS = {
    "NAMING_INDEX_FK": "}_{columns}_{referenced_table}_{referenced_columns}$",
    "NAMING_INDEX_PK": "}_{columns}$",
    "NAMING_INDEX_UK": "}_{columns}$",
    "NAMING_INDEX_IDX": "}_{columns}$",
}
SWITCHES: Mapping[str, tuple[str, str]] = {
    "COLUMN_DISALLOW_SET_CHARSET": ("mysql-convert-charset", "none-named"),
    "COLUMN_NO_NULL": ("not-null-policy", "not-null"),
    "COLUMN_SET_DEFAULT_FOR_NOT_NULL": ("add-required-column", "new-tables"),
    "COLUMN_REQUIRE_DEFAULT": ("not-null-policy", "default"),
    "TABLE_DISALLOW_SET_CHARSET": ("mysql-convert-charset", "none-named"),
    "TABLE_DISALLOW_PARTITION": ("partition-inheritance", "no-partitions"),
}
# What other linters ask for by themselves: their limits, lists and patterns, as options of ours.
USUAL: Mapping[str, tuple[str, str, object]] = {
    "COL.004": ("not-null-policy", "default", True),
    "COL.005": ("require-comment", "columns", True),
    "COL.006": ("column-limit", "columns", 40),
    "COL.011": ("not-null-policy", "not-null", True),
    "COL.018": ("bad-types", "forbidden", ["boolean"]),
    "KEY.005": ("wide-index", "per-table", 10),
    "KEY.006": ("wide-index", "columns", 5),
    "KEY.007": ("pk-bigint", "types", ["int unsigned", "bigint unsigned"]),
    "STATEMENT_MAX_EXECUTION_TIME": ("statement-timeout-missing", "always", True),
    "TBL.001": ("partition-inheritance", "no-partitions", True),
    "STA.003": ("naming", "unique-index", "uk_.*"),
    "COLUMN_COMMENT": ("require-comment", "columns", True),
    "INDEX_PK_TYPE_LIMIT": ("pk-bigint", "types", ["int", "bigint"]),
    "SQLE00003": ("not-null-policy", "indexed", True),
    "SQLE00005": ("wide-index", "columns", 5),
    "SQLE00017": ("bad-types", "forbidden", ["text", "blob", "longtext", "longblob"]),
    "SQLE00020": ("column-limit", "columns", 40),
    "SQLE00021": ("not-null-policy", "not-null", True),
    "SQLE00025": ("not-null-policy", "default", True),
    "SQLE00027": ("require-comment", "columns", True),
    "SQLE00034": ("add-required-column", "new-tables", True),
    "SQLE00033": ("required-columns", "columns", ["update_time default current_timestamp"]),
    "SQLE00037": ("wide-index", "per-table", 5),
    "SQLE00040": ("naming", "index", "idx_.*"),
    "SQLE00041": ("naming", "unique-index", "uniq_.*"),
    "SQLE00054": ("pk-bigint", "types", ["bigint unsigned"]),
    "SQLE00058": ("partition-inheritance", "no-partitions", True),
    "SQLE00061": ("prefer-robust", "always", True),
    "SQLE00063": ("naming", "unique-index", "IDX_UK_{TABLE}_{COLUMNS}"),
    "SQLE00219": ("required-columns", "columns", ["create_time default current_timestamp"]),
}
NUMBERS = {
    "INDEX_KEY_NUMBER_LIMIT": ("wide-index", ("columns", "key")),
    "INDEX_TOTAL_NUMBER_LIMIT": ("wide-index", ("per-table",)),
}
# Rules of ours that say the same of other statements than those of the page's row: a query that
# chooses every row, rows that go another way, objects that are no tables. Once is enough.
ALSO: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("atlas-docs", "DS101"): ("drop-database",),
    ("eugene", "E1"): ("add-pk-nullable",),
    ("eugene", "E2"): ("add-pk-nullable",),
    ("eugene", "E6"): ("add-unique-index",),
    ("bytebase", "NAMING_COLUMN"): ("identifier-length",),
    ("soar", "RES.007"): ("query-lint",),
    ("soar", "SEC.003"): ("truncate", "delete-without-where", "dml-on-existing"),
    ("sqle", "SQLE00001"): ("query-lint",),
    ("sqle", "SQLE00066"): (
        "truncate",
        "drop-object-other",
        "drop-database",
        "drop-constraint",
        "drop-index-risk",
    ),
    ("sqle", "SQLE00076"): ("update-without-where", "delete-without-where"),
}
WITHOUT_TRANSACTIONS = {"GN007", "GN008", "GN029", "GN030"}
LISTS = {
    "COLUMN_REQUIRED": ("required-columns", "columns"),
    "INDEX_PRIMARY_KEY_TYPE_ALLOWLIST": ("pk-bigint", "types"),
    "SYSTEM_CHARSET_ALLOWLIST": ("charset", "allowed"),
    "SYSTEM_COLLATION_ALLOWLIST": ("charset", "collations"),
    "COLUMN_TYPE_DISALLOW_LIST": ("bad-types", "forbidden"),
    "INDEX_TYPE_ALLOW_LIST": ("wide-index", "kinds"),
    "SYSTEM_FUNCTION_DISALLOWED_LIST": ("routine-policy", "functions"),
}


def options_of(case: Case) -> dict[str, dict[str, object]]:
    """What the case's own linter was told, said in our options."""
    found: dict[str, dict[str, object]] = defaultdict(dict)
    lint = case["settings"].get("config", {}).get("lint", {})
    for theirs, names in PATTERNS.items():
        found["naming"].update(dict.fromkeys(names, lint[theirs]) if theirs in lint else {})
    allowed = [*lint.get("allowed_extensions", []), *lint.get("allowed_languages", [])]
    if allowed:
        found["extension"]["allowed"] = allowed
    if "disallowed_schemas" in lint:
        schemas = [each["name"] for each in lint["disallowed_schemas"]]
        found["schema-qualified"]["disallowed"] = schemas
    if "additional_non_volatile_functions" in lint:
        named = lint["additional_non_volatile_functions"]
        found["volatile-default"]["non-volatile"] = named
    # These look at every statement, whoever runs it and how.
    if case["source"] == "diesel-guard" or case["rule"] in WITHOUT_TRANSACTIONS:
        found["prefer-robust"]["always"] = True
    if "required_columns" in lint:
        columns = [f"{each['name']} {each['data_type']}" for each in lint["required_columns"]]
        found["required-columns"]["columns"] = columns
    _payload(case["rule"] or "", case["settings"].get("payload", ""), found)
    if case["rule"] in USUAL:
        name, option, value = USUAL[case["rule"]]
        found[name][option] = value
    if case["source"] == "skeema":
        _of_skeema(case["settings"], found)
    return found


def _of_skeema(settings: Mapping[str, str], found: dict[str, dict[str, object]]) -> None:
    """skeema: lists that commas part, and every account may be a definer."""
    found["definer"]["allowed"] = ["%@%"]
    for theirs, name in (("allow_charset", "charset"), ("allow_engine", "engine")):
        if theirs in settings:
            found[name]["allowed"] = re.split(r", *", settings[theirs])


def _payload(rule: str, payload: str, found: dict[str, dict[str, object]]) -> None:
    """bytebase: `Format: "..."` (cut at its first blank), `List: []string{...}`, `Number: 5`."""
    quoted = re.findall(r'"([^"]*)"', payload)
    said = payload.partition('Format: "')[2].partition('"')[0]
    if rule in NAMED and said:
        pattern = re.sub(r"\{\{\w+$", "{table", said)
        pattern += BLANKS.get(rule, "") if pattern.endswith("{table") else ""
        if rule == "NAMING_INDEX_PK" or "$|" not in said:
            pattern = pattern.replace("^$|", "")
        found["naming"][NAMED[rule]] = pattern
    if rule in SWITCHES:
        name, option = SWITCHES[rule]
        found[name][option] = True
    if rule in NUMBERS and (limit := re.search(r"Number: (\d+)", payload)):
        name, options = NUMBERS[rule]
        found[name].update(dict.fromkeys(options, int(limit[1])))
    if rule in LISTS and quoted:
        name, option = LISTS[rule]
        found[name][option] = [each for one in quoted for each in (one, *TYPES.get(one, ()))]


TYPES = {"int": ("integer",), "serial": ("integer",), "bigserial": ("bigint",)}


ALONE = "-- schema-ci:txmode none\n\n"


def inside(case: Case) -> bool:
    """Whether the case's own linter takes the file for one that runs in a transaction."""
    source, sql = case["source"], case["sql"]
    if "squawk-disable-assume-in-transaction" in sql:
        return False
    # Django writes BEGIN into what it shows of a migration in a transaction.
    if source == "django-migration-linter":
        return "BEGIN" in sql
    # squawk takes a file for one without a transaction unless it is told otherwise.
    return bool(case["settings"].get("assume_in_transaction", not source.startswith("squawk")))


def assumed(case: Case) -> Assumed:
    """The version that the case's own linter was told, or that its words are about."""
    usual = UNTOLD if (case["source"], case["rule"]) in ABOUT_OLD else ""
    return Assumed(str(case["settings"].get("pg_version", usual)))
