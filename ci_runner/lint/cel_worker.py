"""Evaluates rules in CEL in a process that may be killed: run by its path, never imported.

Reads {"rules": [{"when", "require"}], "subjects": [[...], ...]} from standard input, the subjects
of each rule in order, and writes a line for each rule as soon as it is done with it: {"broken":
[subject, ...]}, or {"said"} for a rule that makes no sense. It needs nothing but the standard
library and `cel`.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

MEMORY = 2**30


def main(seconds: int) -> None:
    """Under limits that the kernel keeps, so that no expression can hang or fill the machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    asked = json.load(sys.stdin)
    for rule, subjects in zip(asked["rules"], asked["subjects"], strict=True):
        print(json.dumps(_answer(rule, subjects)), flush=True)  # noqa: T201 - it is what we answer


def _answer(rule: dict[str, str], subjects: list[Any]) -> dict[str, Any]:
    try:
        return {"broken": _broken(rule, subjects)}
    # What cel raises for an expression is one of these, by its documentation.
    except (ValueError, TypeError, ArithmeticError, LookupError, RuntimeError) as bad:
        return {"said": f"there is no {bad}" if isinstance(bad, KeyError) else str(bad)}


def _broken(rule: dict[str, str], subjects: list[Any]) -> list[int]:
    """Where `when` holds and `require` does not. Raises for what is not true or false."""
    import cel

    programs = [(name, cel.compile(rule[name] or "true")) for name in ("when", "require")]
    found = []
    for at, subject in enumerate(subjects):
        answers = []
        for name, program in programs:
            answer = program.execute({"this": subject})
            if not isinstance(answer, bool):
                raise TypeError(f"`{name}` gives {answer!r:.60}, and neither true nor false")
            answers.append(answer)
            if not answer:
                break
        if answers == [True, False]:
            found.append(at)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
