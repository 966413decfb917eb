"""Order version numbers as people read them, and say which one comes next."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_TIME = "%Y%m%d%H%M%S"

NaturalKey = tuple[tuple[str | int, ...], ...]


def natural(path: str) -> tuple[NaturalKey, str]:
    """A sort key in which each run of digits in each part of a path counts as a number.

    `0.9/1__a.sql` comes before `0.10/00__a.sql`; the text itself decides between equals.
    """
    parts = path.removesuffix(".sql").split("/")
    key = tuple(
        tuple(int(piece) if index % 2 else piece for index, piece in enumerate(pieces))
        for pieces in (re.split(r"([0-9]+)", part) for part in parts)
    )
    return key, path


def slug(description: str) -> str:
    """`description` as a part of a file name; `change` when nothing of it can stay."""
    return re.sub(r"[^a-z0-9]+", "_", description.lower()).strip("_") or "change"


def timestamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime(_TIME)


def following(last: str, when: datetime) -> str:
    """The number after `last`, in its style: a timestamp, Unix seconds or a padded sequence."""
    if re.fullmatch(r"(?:19|20)[0-9]{12}", last):
        return _next_time(last, when)
    if re.fullmatch(r"1[0-9]{9}", last):
        return str(max(int(when.timestamp()), int(last) + 1))
    return str(int(last) + 1).zfill(len(last))


def _next_time(last: str, when: datetime) -> str:
    now = timestamp(when)
    if now > last:
        return now
    try:
        latest = datetime.strptime(last, _TIME).replace(tzinfo=UTC)
    except ValueError:
        return str(int(last) + 1)
    return timestamp(latest + timedelta(seconds=1))
