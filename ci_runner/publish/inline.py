"""Findings as comments on their lines, with suggestions that a click applies."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from ci_runner.context import Sha
from ci_runner.forges.base import LineComment, OutcomeUnknown, ReviewComment, Reviewing
from ci_runner.frozen import frozen
from ci_runner.publish.marker import same_login
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.talk import Talk
from ci_runner.report.escape import code, guard, prose
from ci_runner.report.model import Report, ReportedFinding, ReportedProject
from ci_runner.report.suggestion import github
from ci_runner.report.verdict import count

# GitHub refuses reviews of more than some thirty comments as "submitted too quickly".
MOST = 30
_KEY = re.compile(r"\A<!-- schema-ci:line ([0-9a-f]{16}) ([0-9a-f]{16}) -->\n")
_WORDS = {"error": "❌ error", "warning": "⚠️ warning", "note": "💬 note"}
_CHECKSUM = {"atlas": "atlas.sum"}


@frozen
class _Wanted:
    """`key` names the finding, `hash` what is said of it."""

    key: str
    hash: str
    comment: LineComment


def write_inline(talk: Talk, report: Report, identity: str, head: Sha) -> Published | Skipped:
    """One review with what is not on its line yet; ours that are outdated go, unless answered."""
    forge = talk.forge
    if not isinstance(forge, Reviewing):
        return Skipped("inline", "comments on lines are not supported on this forge")
    wanted = tuple(_wanted(report, identity))
    shown, more = wanted[:MOST], len(wanted[MOST:])
    found = forge.review_comments(talk.number)
    kept, gone = _sorted(found, talk.now().viewer, identity, shown)
    missing = tuple(each for each in shown if each.key not in kept)
    if not missing and not gone:
        return Skipped("inline", "unchanged" if shown else "no finding stands on a changed line")
    url = ""
    if missing:
        url = _review(talk, forge, missing, more, head)
    for each in gone:
        talk.wrote()
        forge.delete_review_comment(talk.number, each)
    return Published("inline", url or f"{count(len(gone), 'outdated comment')} deleted")


def _review(
    talk: Talk, forge: Reviewing, missing: tuple[_Wanted, ...], more: int, head: Sha
) -> str:
    """An answer that got lost is looked for by the comments that it would have brought."""
    said = f"schema-ci: {count(len(missing), 'finding')} on changed lines."
    if more:
        said += f" {count(more, 'more finding')}: see the report."
    comments = tuple(each.comment for each in missing)
    talk.wrote()
    try:
        return forge.create_review(talk.number, head, said, comments)
    except OutcomeUnknown:
        for each in forge.review_comments(talk.number):
            if each.body.replace("\r\n", "\n") == missing[0].comment.body:
                return each.url
        raise


def _sorted(
    found: tuple[ReviewComment, ...], viewer: str, identity: str, shown: tuple[_Wanted, ...]
) -> tuple[set[str], tuple[ReviewComment, ...]]:
    """Keys that need no comment, and comments of ours that should go.

    One that somebody has answered is never touched, and not said again.
    """
    answered = {each.answer_to for each in found if each.answer_to}
    said = {each.key: each.hash for each in shown}
    tool = _digest(identity)
    kept: set[str] = set()
    gone = []
    for each in found:
        key, hash_, mine = _read(each, viewer, tool)
        if not mine:
            continue
        if each.id in answered:
            kept.add(key)
        elif each.outdated or key in kept or said.get(key) != hash_:
            gone.append(each)
        else:
            kept.add(key)
    return kept, tuple(gone)


def _read(comment: ReviewComment, viewer: str, tool: str) -> tuple[str, str, bool]:
    body = comment.body.replace("\r\n", "\n")
    match = _KEY.match(body)
    if match is None or comment.answer_to or not same_login(comment.author, viewer):
        return "", "", False
    rest = body[match.end() :]
    return match[2], _digest(rest), match[1] == tool


def _wanted(report: Report, identity: str) -> Iterator[_Wanted]:
    """Findings on lines that this change adds, the worst first: others no review may touch."""
    found = [
        (finding, project)
        for project in report.projects
        for finding in project.findings
        if finding.line > 0 and finding.path in _added(project, committed=bool(report.committed))
    ]
    ranks = list(_WORDS)
    seen: set[str] = set()
    for finding, project in sorted(found, key=lambda each: ranks.index(each[0].severity)):
        named = finding.fingerprint or f"{finding.rule}|{finding.path}|{finding.message}"
        key = _digest(f"{named}|{finding.path}")
        if key in seen:
            continue
        seen.add(key)
        text = guard(_text(finding, project))
        body = f"<!-- schema-ci:line {_digest(identity)} {key} -->\n{text}"
        last = max(finding.line, finding.end_line)
        yield _Wanted(key, _digest(text), LineComment(finding.path, finding.line, last, body))


def _added(project: ReportedProject, *, committed: bool) -> set[str]:
    statuses = {"new", "generated"} if committed else {"new"}
    return {file.path for file in project.files if file.status in statuses}


def _text(finding: ReportedFinding, project: ReportedProject) -> str:
    parts = [f"**{_WORDS[finding.severity]}** {code(finding.rule)}: {prose(finding.message)}"]
    if finding.evidence:
        parts.append(f"Seen: {prose(finding.evidence)}")
    if finding.instead:
        parts.append(f"→ {prose(finding.instead)}")
    if block := github(finding):
        parts.append(f"{_offer(project)}\n\n{block}")
    return "\n\n".join(parts) + "\n"


def _offer(project: ReportedProject) -> str:
    offer = "The safe form, which was seen to reach the same schema"
    if file := _CHECKSUM.get(project.format):
        offer += (
            f"; run {code('schema-ci hash')} after it, since {code(file)} holds this file's sum"
        )
    return f"{offer}:"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
