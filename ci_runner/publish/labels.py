"""Two labels that say what kind of change this is: only ever these two are added or removed."""

from __future__ import annotations

from ci_runner.forges.base import Labelling
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.talk import Talk
from ci_runner.report.model import Report
from ci_runner.report.verdict import changed, verdict

CHANGE = "schema-change"
DESTRUCTIVE = "destructive-migration"


def keep_labels(talk: Talk, report: Report) -> Published | Skipped:
    """What the report calls for is there afterwards, and nothing of ours besides."""
    forge = talk.forge
    if not isinstance(forge, Labelling):
        return Skipped("labels", "this forge's labels are not supported")
    wanted = {CHANGE} if changed(report) else set()
    if verdict(report).destructive:
        wanted.add(DESTRUCTIVE)
    there = talk.now().pull.labels & {CHANGE, DESTRUCTIVE}
    if wanted == there:
        return Skipped("labels", "unchanged")
    if missing := tuple(sorted(wanted - there)):
        talk.wrote()
        forge.add_labels(talk.number, missing)
    for label in sorted(there - wanted):
        talk.wrote()
        forge.remove_label(talk.number, label)
    return Published("labels", ", ".join(sorted(wanted)) or "none of ours")
