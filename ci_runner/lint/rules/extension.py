"""An extension or language is installed or updated."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.written import Written

# They read and write the server's files, reach other servers, or run code as the server's user.
_DANGEROUS = frozenset(
    "adminpack aws_s3 dblink file_fdw http pg_net plperlu plpython2u plpython3u plpythonu plr plsh"
    " pltclu postgres_fdw".split()
)

_NAMED = ("create_extension_stmt", "alter_extension_stmt", "create_plang_stmt")


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    allowed = texts(options, "allowed")
    for each in review.written_as(*_NAMED):
        name = _installed(each)
        if not name or name in allowed:
            continue
        if name in _DANGEROUS:
            yield Hit(
                f"{name} reaches beyond the database: files, other servers, or code of any kind",
                each.step,
                severity=Severity.WARNING,
            )
        else:
            not_listed = f"{name} is not among the allowed ones"
            yield Hit(
                not_listed if allowed else f"{name} has to be there on every server, in a version",
                each.step,
            )


def _installed(each: Written) -> str:
    match each.kind:
        case "create_extension_stmt" | "alter_extension_stmt":
            return str(each.node.extname)
        case "create_plang_stmt":
            return str(each.node.plname)
        case _:
            return ""


RULE = Rule(
    id="extension",
    title="Extension or language installed",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="It needs rights, and files, that servers may not have; some let whoever may call them"
    " leave the database. Those are warned of.",
    instead="Agree on a list and put it into `allowed`; install the rest by hand, as a superuser.",
    check=_check,
    aliases=("ban-alter-extension", "CreateExtensionCheck", "ST001", "ST002"),
    options=(RuleOption("allowed", "texts", "extensions and languages that are fine"),),
    group="security",
)
