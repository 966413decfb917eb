"""Score our lint rules by what other linters' own tests expect, on real servers.

usage: script/cases --lint [--verbose] [--only TEXT] [--dialect NAME] [--facts]

Reads ../shared/cases/lint/cases.jsonl and, for which rule of whom is which of ours, the tables of
../shared/specs/lint-rules.md and our rules' aliases. Every case runs as
`schema-ci lint FILE --setup SETUP` would. A positive case is hit when one of our rules that stand
for the expected one finds something; a miss counts for the first of them. On a negative case each
finding of those rules is a false positive: one of `warning` or above is an alarm, a note is counted
apart; so is what is found besides on a positive case that lists all that it expects. Cases that
docs/lint.md names with a reason are counted, and left out of a second share.

`--verbose` names every miss and false positive, `--only` takes the cases whose source, id or rule
contains TEXT, `--dialect` those of one engine. `--facts` judges the statements of
tests/lint/facts.py instead, of which is known whether they block.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ci_runner.devdb.provision import provision
from ci_runner.devdb.server import Server
from ci_runner.errors import SqlError
from ci_runner.lint.options import settle as checked
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Severity
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.on_server import judge
from tests.lint.facts import SETUP, blocking, change, harmless
from tests.lint.facts import told as told_to_block
from tests.lint.peers import ALONE, ALSO, Case, assumed, inside, options_of

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
DISPUTED = Path(__file__).resolve().parents[2] / "docs" / "lint.md"
CASES = SHARED / "cases" / "lint" / "cases.jsonl"
PAGE = SHARED / "specs" / "lint-rules.md"
PEERS = {
    "at": ("atlas", "atlas-docs", "atlas-unit"),
    "bb": ("bytebase",),
    "dg": ("diesel-guard",),
    "dj": ("django-migration-linter",),
    "eu": ("eugene", "eugene-unit"),
    "pl": ("pgls",),
    "pm": ("pg-migration-lint",),
    "pr": ("pgrubic",),
    "ps": ("pgsafe", "pgsafe-proofs"),
    "sk": ("skeema",),
    "sm": ("strong_migrations",),
    "so": ("soar",),
    "sq": ("squawk", "squawk-docs"),
    "sq2": ("sqle",),
}
OURS = {rule.id: rule for rule in RULES}
DIALECTS = ("postgres", "mysql", "sqlite")
OLDEST = 11
_ROW = re.compile(r"\| \d+ \| `(?P<id>[a-z0-9-]+)` \|")


def mapping(dialect: str) -> dict[tuple[str, str], list[str]]:
    """(source of a case, its rule) -> our rules of an engine that stand for it, in page order."""
    ours = {name: rule for name, rule in OURS.items() if dialect in rule.dialects}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = _ROW.match(line)
        if row is None or row["id"] not in ours:
            continue
        for peer, _, rules in (
            each.strip().partition(":") for each in line.split("|")[8].split(";")
        ):
            for source in PEERS.get(peer, ()):
                for theirs in rules.split(","):
                    found[source, theirs.strip()].append(row["id"])
    for source in (each for sources in PEERS.values() for each in sources):
        for rule in ours.values():
            for alias in rule.aliases:
                if (source, alias) in found and rule.id not in found[source, alias]:
                    found[source, alias].append(rule.id)
    for case, stand in ALSO.items():
        found[case] += (each for each in stand if each in ours and each not in found[case])
    return found


@cache
def disputes() -> frozenset[str]:
    """The cases that docs/lint.md names in a table, as `source id`."""
    rows = re.findall(r"^\| `([^`]+)` \|", DISPUTED.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(rows)


@dataclass
class Score:
    """Counts by our rule, and the cases behind those that are not hits."""

    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    missed: int = 0
    good: int = 0
    alarmed: int = 0
    noted: int = 0
    bad: int = 0
    overlooked: int = 0
    disputed: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    ran: int = 0
    not_ours: int = 0
    broken: int = 0


def usable(text: str) -> Iterator[Case]:
    for line in text.splitlines():
        case = json.loads(line)
        version = str(case["settings"].get("pg_version", OLDEST))
        if case["dialect"] in DIALECTS and int(version) >= OLDEST:
            yield case


def found_in(server: Server, case: Case, folder: Path) -> dict[str, Severity]:
    """The rules that find something, and how bad. Raises SqlError when a part of it cannot run."""
    setup, change = folder / "setup.sql", folder / "change.sql"
    alone = "concurrently" in case["setup"].lower()
    setup.write_text((ALONE if alone else "") + case["setup"], encoding="utf-8")
    sql = case["sql"].replace("eugene: ignore", "schema-ci:nolint")
    change.write_text(("" if inside(case) else ALONE) + sql, encoding="utf-8")
    before = str(setup) if case["setup"].strip() else None
    # A rule that is off is asked where the case's own linter was.
    asked = {rule.id: Severity.NOTE for rule in RULES if rule.severity is Severity.OFF}
    on = asked if case["dialect"] == "mysql" else {}
    options = checked(RULES, options_of(case), {})
    policy = Policy(on, options=options, assumed=assumed(case))
    found: dict[str, Severity] = {}
    for each in judge(server, [str(change)], before, policy):
        if each.rule in OURS:
            found[each.rule] = max(
                each.severity, found.get(each.rule, each.severity), key=lambda said: said.rank
            )
    return found


def settle(
    case: Case, by_rule: dict[str, Severity], ours: dict[tuple[str, str], list[str]], score: Score
) -> None:
    found = set(by_rule)
    source = case["source"]
    expected = case["expected"] if case["scope"] == "all" else [case["rule"]]
    groups = [ours[source, rule] for rule in expected if (source, rule) in ours]
    told = {rule for group in groups for rule in group}
    where = f"{source} {case['id']}"
    if case["kind"] == "positive":
        for group in groups:
            hit = found.intersection(group)
            score.hits.update(hit)
            score.expected += 1
            score.missed += not hit
            if not hit:
                score.disputed += [where] * (where in disputes())
                score.misses[group[0]] += 1
                score.remarks.append(f"miss   {group[0]}: {where}\n{case['sql'].strip()}")
        score.bad += bool(groups)
        score.overlooked += bool(groups) and not found & told
    wrong = found & told if case["kind"] == "negative" else set()
    if case["scope"] == "all":
        theirs = {
            rule for name, code in ours for rule in ours[name, code] if _asked(name, code, source)
        }
        wrong |= (found & theirs) - (told if case["kind"] == "positive" else set())
    alarms = {rule for rule in wrong if by_rule[rule].rank > Severity.NOTE.rank}
    score.good += case["kind"] == "negative"
    score.alarmed += bool(alarms) and case["kind"] == "negative"
    score.noted += bool(wrong) and not alarms
    score.false.update(alarms)
    score.notes.update(wrong - alarms)
    for rule in sorted(wrong):
        word = "false " if rule in alarms else "note  "
        score.remarks.append(f"{word} {rule}: {where}\n{case['sql'].strip()}")


def _asked(name: str, code: str, source: str) -> bool:
    """Whether a case of `source` that counts every finding would have shown this one.

    Atlas's cases come from its open linter, which has none of the PG analyzers; its unit tests and
    skeema's show statements without the tables that they refer to.
    """
    shown_alone = source in {"atlas-unit", "skeema"} and code in {"replay", "sql-syntax"}
    of_postgres = source.startswith("atlas") and code.startswith("PG")
    return name == source and not (shown_alone or of_postgres)


def run(cases: list[Case], score: Score, dialects: tuple[str, ...] = DIALECTS) -> None:
    for dialect in dialects:
        ours = mapping(dialect)
        mine = [case for case in cases if case["dialect"] == dialect]
        if not mine:
            continue
        with (
            provision("", dialect, say=lambda _: None) as server,
            tempfile.TemporaryDirectory() as folder,
        ):
            for case in mine:
                if case["scope"] == "rule" and (case["source"], case["rule"]) not in ours:
                    score.not_ours += 1
                    continue
                try:
                    found = found_in(server, case, Path(folder))
                except SqlError as refused:
                    score.broken += 1
                    score.remarks.append(f"broken {case['source']} {case['id']}: {refused.what}")
                    continue
                score.ran += 1
                settle(case, found, ours, score)


def facts() -> Iterator[str]:
    """How many of the statements whose effect was measured are judged by it."""
    with (
        provision("", "postgres", say=lambda _: None) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        setup, file = Path(folder) / "setup.sql", Path(folder) / "change.sql"
        setup.write_text(SETUP, encoding="utf-8")

        def blocks(sql: str) -> bool:
            file.write_text(change(sql), encoding="utf-8")
            return told_to_block(judge(server, [str(file)], str(setup), Policy()))

        missed = [sql for sql in blocking() if not blocks(sql)]
        false = [sql for sql in harmless() if blocks(sql)]
    yield from (f"missed: {sql}" for sql in missed)
    yield from (f"false alarm: {sql}" for sql in false)
    bad, good = len(blocking()), len(harmless())
    seen = bad - len(missed)
    yield f"recall: {seen} of {bad} statements that block, {share(seen, bad)}"
    yield f"false alarms: {len(false)} of {good} that do not, {share(len(false), good)}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("script/cases --lint", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--facts", action="store_true", help="the measured statements instead")
    parser.add_argument("--verbose", action="store_true", help="name misses and false positives")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases that contain TEXT")
    parser.add_argument("--dialect", choices=DIALECTS, help="cases of one engine only")
    options = parser.parse_args(arguments)
    if options.facts:
        sys.stdout.write("\n".join(facts()) + "\n")
        return 0
    if not CASES.is_file() or not PAGE.is_file():
        sys.stderr.write(f"error: {CASES} or {PAGE} is not there; nothing was scored\n")
        return 2
    cases = [
        case
        for case in usable(CASES.read_text(encoding="utf-8"))
        if options.only in f"{case['source']} {case['id']} {case['rule']}"
    ]
    score = Score()
    run(cases, score, (options.dialect,) if options.dialect else DIALECTS)
    if options.verbose:
        sys.stdout.write("".join(f"{remark}\n\n" for remark in score.remarks))
    sys.stdout.write("\n".join(told(score)) + "\n")
    return 0


def told(score: Score) -> Iterator[str]:
    counts = (score.hits, score.misses, score.false, score.notes)
    yield f"{'rule':30}{'hits':>6}{'misses':>8}{'alarms':>8}{'notes':>7}"
    for rule in OURS:
        hits, misses, alarms, notes = (count[rule] for count in counts)
        yield f"{rule:30}{hits:6}{misses:8}{alarms:8}{notes:7}"
    found = score.expected - score.missed
    seen = score.bad - score.overlooked
    fair = score.expected - len(score.disputed)
    yield f"recall: {seen} of {score.bad} bad cases, {share(seen, score.bad)}"
    yield f"of expected findings: {found} of {score.expected}, {share(found, score.expected)}"
    yield f"without those that docs/lint.md disputes: {found} of {fair}, {share(found, fair)}"
    yield (
        f"false alarms: {score.alarmed} of {score.good} good cases, warning or above,"
        f" {share(score.alarmed, score.good)}; {score.noted} more have a note"
    )
    yield (
        f"{score.ran} cases judged; {score.not_ours} ask for rules that we do not have;"
        f" the setup of {score.broken} does not run"
    )


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"
