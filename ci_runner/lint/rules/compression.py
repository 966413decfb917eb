"""A table that is kept compressed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_table
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Table


def _check(review: Review) -> Iterator[Hit]:
    allowed = {each.lower() for each in texts(review.options.get(RULE.id, {}), "allowed")}
    for each in review.arriving(Table):
        if isinstance(each.new, Table):
            kind = _compression(each.new)
            was = _compression(each.old) if isinstance(each.old, Table) else ""
            if kind not in {"", was} and kind not in allowed:
                yield Hit(f"{of_table(review, each.table)} is compressed: {kind}", each.step)


def _compression(table: Table) -> str:
    """`8kb` and the like for InnoDB's pages, `page` for holes in the file; "" for none."""
    options = {name: value for name, _, value in (each.partition("=") for each in table.options)}
    size = options.get("KEY_BLOCK_SIZE", "0").strip("'")
    if size != "0":
        return f"{size}kb"
    if options.get("ROW_FORMAT", "").upper() == "COMPRESSED":
        return "8kb"
    paged = options.get("PAGE_COMPRESSED", "0").strip("'\"") not in {"0", "OFF", "off"}
    named = options.get("COMPRESSION", "none").strip("'\"").lower() not in {"", "none"}
    return "page" if paged or named else ""


RULE = Rule(
    id="compression",
    title="Table that is kept compressed",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "ROW_FORMAT=COMPRESSED can't get a column instantly, keeps pages twice in memory, and"
        " every write may have to pack a page again; page compression leaves holes that copies"
        " and backups fill."
    ),
    instead="Compress what is large by itself, in the application; or name the kind in `allowed`.",
    check=_check,
    options=(RuleOption("allowed", "texts", "kinds that this team uses: 1kb to 16kb, or page"),),
    group="design",
)
