"""The lint policy of a run: that of the base branch, and what the change would loosen in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ci_runner.config.approval import ApprovalPolicy
from ci_runner.config.policy import Exemption, LintPolicy
from ci_runner.errors import ConfigError
from ci_runner.lint import baseline
from ci_runner.lint.baseline import Baseline
from ci_runner.lint.notices import IDLE_EXCEPTION, LOOSENED_POLICY, NOTICES, UNREADABLE_POLICY
from ci_runner.lint.policy import Policy, configured, matches, policy, severities
from ci_runner.lint.rule import Finding, Severity
from ci_runner.lint.rules import RULES
from ci_runner.lint.team import senseless
from ci_runner.log import Log
from ci_runner.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from ci_runner.pipeline.review import Reviewed

_LEVELS = ("note", "warning", "error", "never")
_SHOWN = 5


def in_force(workspace: Workspace) -> Policy:
    """The policy to judge by. Raises ConfigError for a baseline that can't be read.

    With a base commit that has the configuration, its baseline is read from there too.
    """
    config = workspace.config
    base_decides = config.policy is not config.proposed
    content = _content(workspace, config.policy.baseline, at_base=base_decides)
    known = baseline.load(content, config.policy.baseline) if content is not None else Baseline()
    return policy(config.policy, known, datetime.now(UTC).date())


def _content(workspace: Workspace, path: str, *, at_base: bool) -> bytes | None:
    """A baseline's content, None where none is configured. On the base branch it may be missing."""
    if not path:
        return None
    if at_base:
        git, base = workspace.git, workspace.base
        return git.file_at(base, path) if git and base else None
    place = workspace.root / path
    if not place.resolve().is_relative_to(workspace.root.resolve()):
        raise ConfigError("the baseline leads out of the repository", where=path)
    if not place.is_file():
        raise ConfigError(
            "the baseline does not exist",
            where=path,
            next_step=f"write it: `schema-ci lint --write-baseline {path}`",
        )
    return place.read_bytes()


def policy_findings(workspace: Workspace) -> tuple[Finding, ...]:
    """What is to be said of the policy itself, once in a run."""
    config, chosen = workspace.config, in_force(workspace)
    found = [*chosen.expirations(), *_idle(workspace, chosen)]
    if config.base_problem:
        severity = chosen.severities.get(UNREADABLE_POLICY.id, UNREADABLE_POLICY.severity)
        message = f"{config.path} on the base branch can't be used: {config.base_problem}"
        found.append(configured(UNREADABLE_POLICY, severity, message, config.path))
    if config.policy is not config.proposed and not config.base_problem:
        severity = chosen.severities.get(LOOSENED_POLICY.id, LOOSENED_POLICY.severity)
        told = (*loosened(config.policy, config.proposed), *_grown(workspace, chosen.baseline))
        found += (
            configured(LOOSENED_POLICY, severity, message, where or config.path)
            for message, where in told
        )
    if config.policy is not config.proposed:
        known = config.policy.team_rules
        found += senseless([each for each in config.proposed.team_rules if each not in known])
    judged = chosen.judge(each for each in found if each.severity is not Severity.OFF)
    return judged.findings


def _idle(workspace: Workspace, chosen: Policy) -> Iterator[Finding]:
    """A finding for each exception whose paths no file of a project has."""
    severity = chosen.severities.get(IDLE_EXCEPTION.id, IDLE_EXCEPTION.severity)
    files = tuple(_files(workspace)) if any(each.paths for each in chosen.exemptions) else ()
    for each in chosen.exemptions:
        fits = any(matches(pattern, file) for pattern in each.paths for file in files)
        if each.paths and not fits and not chosen.expired(each):
            said = f"no file of a project is one of {', '.join(each.paths)}"
            yield configured(IDLE_EXCEPTION, severity, said, each.where)


def _files(workspace: Workspace) -> Iterator[str]:
    """What lies in the projects' directories, and their desired schemas, from the root on."""
    for project in workspace.config.projects:
        for path in (project.directory, *project.schema):
            yield path
            for place in (workspace.root / path).rglob("*"):
                yield place.relative_to(workspace.root).as_posix()


def _approvals(before: ApprovalPolicy, after: ApprovalPolicy) -> Iterator[tuple[str, str]]:
    """What needs no approval any more, or gets one more easily; nothing where none was needed."""
    for word in before.require:
        if word not in after.require:
            yield f"{word} needs no approval any more", ""
    if not before.require:
        return
    for way in after.by:
        if way not in before.by:
            yield f"a {way} can approve as well", ""
    if after.self_approve and not before.self_approve:
        yield "who opens a pull request can approve its plan", ""


def loosened(before: LintPolicy, after: LintPolicy) -> Iterator[tuple[str, str]]:
    """What `after` lets pass that `before` does not, and where it stands if that is known."""
    old, new = severities(before), severities(after)
    own = {each.id: each.severity for each in RULES}
    own |= {each.id: each.severity for each in NOTICES}
    for name, default in own.items():
        was, becomes = old.get(name, default), new.get(name, default)
        if becomes.rank < was.rank:
            yield f"rule {name} falls from {was} to {becomes}", ""
    if _LEVELS.index(after.fail_on) > _LEVELS.index(before.fail_on):
        yield f"fail-on rises from {before.fail_on} to {after.fail_on}", ""
    if before.require_reason and not after.require_reason:
        yield "comments that silence findings need no reason any more", ""
    if after.baseline and after.baseline != before.baseline:
        yield f"{after.baseline} becomes the baseline", ""
    for rule in sorted(before.options.keys() | after.options.keys()):
        if before.options.get(rule, {}) != after.options.get(rule, {}):
            yield f"rule {rule} gets other options", ""
    if before.assumed != after.assumed:
        yield f"production is assumed to be otherwise: {after.assumed}", ""
    yield from _team_rules(before, after)
    yield from _approvals(before.approval, after.approval)
    for exemption in after.exemptions:
        if exemption not in before.exemptions:
            yield _excepted(exemption), exemption.where


def _excepted(exemption: Exemption) -> str:
    until = f" until {exemption.until}" if exemption.until else " for ever"
    return f"{exemption} is excepted{until}: {exemption.reason}"


def _team_rules(before: LintPolicy, after: LintPolicy) -> Iterator[tuple[str, str]]:
    new = {rule.id: rule for rule in after.team_rules}
    for rule in before.team_rules:
        if rule.id not in new:
            yield f"rule {rule.id} is removed", ""
            continue
        other = new[rule.id]
        if Severity(other.severity).rank < Severity(rule.severity).rank:
            yield f"rule {rule.id} falls from {rule.severity} to {other.severity}", other.where
        if (rule.target, rule.when, rule.require) != (other.target, other.when, other.require):
            yield f"rule {rule.id} asks for something else", other.where


def _grown(workspace: Workspace, before: Baseline) -> Iterator[tuple[str, str]]:
    path = workspace.config.proposed.baseline
    if not path or path != workspace.config.policy.baseline:
        return
    content = _content(workspace, path, at_base=False)
    after = baseline.load(content, path) if content is not None else Baseline()
    more = [each for each in after.known if each.fingerprint not in before.fingerprints]
    for each in more[:_SHOWN]:
        yield f"the baseline grows by {each.rule} in {each.path}: {each.message}", path
    if len(more) > _SHOWN:
        yield f"the baseline grows by {len(more) - _SHOWN} more findings", path


def say_mended(reviewed: Reviewed, chosen: Policy, log: Log) -> None:
    """Tell which findings of the baseline are gone, so that it can shrink."""
    paths = {step.statement.path for step in reviewed.steps if step.executed}
    gone = chosen.baseline.mended(paths, (*reviewed.findings, *reviewed.known))
    for each in gone[:_SHOWN]:
        log.info(f"mended: {each.rule} in {each.path} is in the baseline and is not found any more")
    if gone:
        log.info(f"{len(gone)} mended in all: `schema-ci lint --write-baseline FILE` drops them")
