"""The options of wrappers, servers, mappings and foreign tables; secrets among them stay unread."""

from __future__ import annotations

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, made_again
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.read.rows import texts
from ci_runner.schema.foreign import SECRET, Options
from ci_runner.schema.model import Identity

# The name of an option whose value nobody must see; a flag about passwords is none.
_HIDDEN = (
    "(o.option_name ~* '(passw|passphrase|pwd|secret|token|credential|key)'"
    " AND o.option_name !~* '_required$')"
)
FILL_IN = f"writes {SECRET!r} where a secret belongs: put the secret in before you run this"


def names_and_values(options: str) -> str:
    """SQL for two arrays of text, NULL where there are no options.

    The value of a secret does not leave the server.
    """
    value = f"CASE WHEN {_HIDDEN} THEN {literal(SECRET)} ELSE coalesce(o.option_value, '') END"
    return ", ".join(
        f"""CASE WHEN {options} IS NOT NULL THEN ARRAY(
            SELECT {each} FROM pg_catalog.pg_options_to_table({options}) o
            ORDER BY o.option_name) END"""
        for each in ("o.option_name", value)
    )


def secrets_of(options: str) -> str:
    """SQL for the names of options whose value is never read."""
    return f"SELECT o.option_name FROM pg_catalog.pg_options_to_table({options}) o WHERE {_HIDDEN}"


def read(names: object, values: object) -> Options:
    return tuple(zip(texts(names), texts(values), strict=True))


def listed(options: Options) -> str:
    """As they stand in CREATE; "" where there are none."""
    if not options:
        return ""
    return f"OPTIONS ({', '.join(f'{quote(name)} {literal(value)}' for name, value in options)})"


def changed(old: Options, new: Options) -> str:
    """As they stand in ALTER; "" where nothing differs."""
    before, after = dict(old), dict(new)
    parts = [f"DROP {quote(name)}" for name in before if name not in after]
    parts += [
        f"{'SET' if name in before else 'ADD'} {quote(name)} {literal(value)}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    return f"OPTIONS ({', '.join(parts)})" if parts else ""


def fill_in(old: Options, new: Options) -> tuple[str, ...]:
    """The hazard of options that come as a placeholder."""
    before = dict(old)
    comes = any(value == SECRET and before.get(name) != SECRET for name, value in new)
    return (FILL_IN,) if comes else ()


def loses(old: Options, new: Options) -> bool:
    """Whether a secret goes, which nobody but its owner can bring back."""
    after = dict(new)
    return any(value == SECRET and after.get(name) != SECRET for name, value in old)


def created(
    at: str, identity: Identity, title: str, options: Options, *clauses: str
) -> PlannedStatement:
    """The CREATE of what `at` names, with `clauses` before its options."""
    return PlannedStatement(
        _joined(f"CREATE {at}", *clauses, listed(options)),
        f"Create {title}",
        identity,
        undo=f"DROP {at}",
        hazards=fill_in((), options),
    )


def dropped(
    at: str, identity: Identity, title: str, options: Options, again: Statements
) -> Statements:
    """The DROP of what `again` makes, which brings no secret back."""
    lost = loses(options, ())
    return (
        PlannedStatement(
            f"DROP {at}",
            f"Drop {title}",
            identity,
            undo=None if lost else made_again(again),
            hazards=("the secret that it holds is lost",) if lost else (),
        ),
    )


def altered(
    at: str, identity: Identity, title: str, options: tuple[Options, Options], *besides: str
) -> Statements:
    """The ALTER of what `at` names from the first options to the second, if anything differs.

    `besides` are another clause of it and that of the way back.
    """
    old, new = options
    clause, back = besides or ("", "")
    changes = _joined(clause, changed(old, new))
    if not changes:
        return ()
    return (
        PlannedStatement(
            f"ALTER {at} {changes}",
            f"Change {title}",
            identity,
            undo=None if loses(old, new) else f"ALTER {at} {_joined(back, changed(new, old))}",
            hazards=fill_in(old, new),
        ),
    )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
