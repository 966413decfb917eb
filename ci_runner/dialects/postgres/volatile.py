"""Functions whose answer differs from row to row, so that a default of one is no constant."""

from __future__ import annotations

# As PostgreSQL's own catalogue and its extensions have them; other functions are not known here.
VOLATILE = frozenset(
    """random clock_timestamp timeofday nextval gen_random_uuid uuid uuid_generate_v1
    uuid_generate_v1mc uuid_generate_v4 uuidv4 uuidv7""".split()
)
