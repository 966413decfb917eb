"""The options of wrappers, foreign servers and user mappings; secrets among them stay unread."""

from __future__ import annotations

from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.rows import texts
from ci_runner.schema.foreign import SECRET, Options

# The name of an option whose value nobody must see; a flag about passwords is none.
_HIDDEN = (
    "(o.option_name ~* '(passw|passphrase|pwd|secret|token|credential|key)'"
    " AND o.option_name !~* '_required$')"
)
FILL_IN = f"writes {SECRET!r} where a secret belongs: put the secret in before you run this"


def names_and_values(options: str) -> str:
    """SQL for two arrays of text; the value of a secret does not leave the server."""
    return f"""
ARRAY(SELECT o.option_name FROM pg_catalog.pg_options_to_table({options}) o ORDER BY 1),
ARRAY(SELECT CASE WHEN {_HIDDEN} THEN {literal(SECRET)} ELSE coalesce(o.option_value, '') END
      FROM pg_catalog.pg_options_to_table({options}) o ORDER BY o.option_name)
"""


def secrets_of(options: str) -> str:
    """SQL for the names of options whose value is never read."""
    return f"SELECT o.option_name FROM pg_catalog.pg_options_to_table({options}) o WHERE {_HIDDEN}"


def read(names: object, values: object) -> Options:
    return tuple(zip(texts(names), texts(values), strict=True))


def listed(options: Options) -> str:
    """As they stand in CREATE, with a space before; "" where there are none."""
    if not options:
        return ""
    return f" OPTIONS ({', '.join(f'{quote(name)} {literal(value)}' for name, value in options)})"


def changed(old: Options, new: Options) -> str:
    """As they stand in ALTER, with a space before; "" where nothing differs."""
    before, after = dict(old), dict(new)
    parts = [f"DROP {quote(name)}" for name in before if name not in after]
    parts += [
        f"{'SET' if name in before else 'ADD'} {quote(name)} {literal(value)}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    return f" OPTIONS ({', '.join(parts)})" if parts else ""


def fill_in(old: Options, new: Options) -> tuple[str, ...]:
    """The hazard of options that come as a placeholder."""
    before = dict(old)
    comes = any(value == SECRET and before.get(name) != SECRET for name, value in new)
    return (FILL_IN,) if comes else ()


def loses(old: Options, new: Options) -> bool:
    """Whether a secret goes, which nobody but its owner can bring back."""
    after = dict(new)
    return any(value == SECRET and after.get(name) != SECRET for name, value in old)
