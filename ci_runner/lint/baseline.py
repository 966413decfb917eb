"""The file of findings that a team knows and has not mended yet: it may shrink and never grow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ci_runner.errors import ConfigError
from ci_runner.lint.rule import Finding

_FORMAT = 1
LARGEST = 32 * 2**20
_REWRITE = "write it with `schema-ci lint --write-baseline FILE`"


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """One finding as the baseline holds it; `message` is for people."""

    path: str
    rule: str
    fingerprint: str
    message: str


@dataclass(frozen=True)
class Baseline:
    """Findings that are left out."""

    known: tuple[Known, ...] = ()

    @cached_property
    def fingerprints(self) -> frozenset[str]:
        return frozenset(each.fingerprint for each in self.known)

    def mended(self, paths: Iterable[str], found: Iterable[Finding]) -> tuple[Known, ...]:
        """What the files of `paths`, just judged, no longer have.

        `found` are their findings, those that the baseline leaves out included.
        """
        judged, still = set(paths), {each.fingerprint for each in found}
        return tuple(
            each for each in self.known if each.path in judged and each.fingerprint not in still
        )

    def renewed(self, paths: Iterable[str], found: Iterable[Finding]) -> Baseline:
        """What the files of `paths` have now; what is known of other files stays."""
        judged = set(paths)
        kept = (each for each in self.known if each.path not in judged)
        now = (Known(each.path, each.rule, each.fingerprint, each.message) for each in found)
        return Baseline(tuple(sorted({*kept, *now})))


def dump(baseline: Baseline) -> bytes:
    """As JSON, one finding on a line, sorted: two branches that shrink it merge well."""
    lines = ",\n".join(
        "    "
        + json.dumps(
            {
                "path": each.path,
                "rule": each.rule,
                "fingerprint": each.fingerprint,
                "message": each.message,
            }
        )
        for each in sorted(baseline.known)
    )
    body = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "format": {_FORMAT},\n  "findings": {body}\n}}\n'.encode()


def load(content: bytes, path: str) -> Baseline:
    """The baseline in `content`. Raises ConfigError that names the file."""
    if len(content) > LARGEST:
        raise ConfigError("the baseline is larger than 32 MiB", where=path)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as bad:
        raise ConfigError(
            "the baseline is not JSON", where=path, said=str(bad), next_step=_REWRITE
        ) from bad
    findings = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(findings, list) or document.get("format") != _FORMAT:
        raise ConfigError(
            f"this is no baseline of format {_FORMAT}", where=path, next_step=_REWRITE
        )
    return Baseline(tuple(_known(each, path, number) for number, each in enumerate(findings)))


def _known(entry: object, path: str, number: int) -> Known:
    if isinstance(entry, dict):
        fields = [entry.get(key) for key in ("path", "rule", "fingerprint", "message")]
        if all(isinstance(each, str) for each in fields):
            return Known(*map(str, fields))
    raise ConfigError(
        f"entry {number} of the baseline lacks path, rule, fingerprint or message",
        where=path,
        next_step=_REWRITE,
    )
