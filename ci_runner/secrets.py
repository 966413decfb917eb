"""Keep secrets out of everything that is written: log, report, comment, exception."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import TextIO
from urllib.parse import parse_qsl, quote, quote_plus, unquote, unquote_plus

MASK = "***"
SHORTEST = 4
_USERINFO = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<user>[^\s/?#:@]*):(?P<password>[^\s/?#]*)@",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"(?P<key>[?&](?:\w*password|passwd|pwd|\w*token|\w*secret|\w*key)=)[^\s&#]*", re.IGNORECASE
)
_QUERY = re.compile(r"\?([^\s#]*)")


def mask_url(url: str) -> str:
    """`url` as it may be printed: without the password, wherever in the URL it stands."""
    without = _USERINFO.sub(rf"\g<scheme>\g<user>:{MASK}@", url)
    return _PARAMETER.sub(rf"\g<key>{MASK}", without)


class Redactor:
    """Knows the secrets of this run and replaces them by `***`.

    A secret is also found percent-encoded, in base64 (a piece of a longer base64 text included)
    and as JSON writes it. Of a URL the password alone is a secret too, unless it equals the user
    name: such a default hides nothing, and `postgres` would vanish from every sentence.
    """

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def register(self, secret: str) -> None:
        """Hide `secret` from now on. Raises ValueError when it is too short to be searched for."""
        if len(secret.strip()) < SHORTEST:
            raise ValueError(f"a secret of fewer than {SHORTEST} characters can't be hidden")
        for each in _parts(secret):
            if len(each) >= SHORTEST:
                self._spellings.update(_spellings(each))
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """`text` with every known secret replaced, and the password of any URL in it."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _USERINFO.sub(rf"\g<scheme>\g<user>:{MASK}@", text) if "://" in text else text


class RedactedStream:
    """A text stream that redacts line by line, so that a secret written in pieces is found too.

    An unfinished line is held back until its end, `flush` or `close`.
    """

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor
        self._held = ""

    def write(self, text: str) -> int:
        whole, newline, rest = (self._held + text).rpartition("\n")
        self._held = rest
        if newline:
            self._stream.write(self._redactor.redact(whole) + newline)
        return len(text)

    def flush(self) -> None:
        if self._held:
            self._stream.write(self._redactor.redact(self._held))
            self._held = ""
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    @property
    def encoding(self) -> str:
        return self._stream.encoding


def _parts(secret: str) -> Iterator[str]:
    """The secret, its lines (masking works per line), and the passwords inside a URL."""
    yield secret
    yield secret.strip()
    yield from (line.strip() for line in secret.splitlines())
    for found in _USERINFO.finditer(secret):
        if found["password"] != found["user"]:
            yield found["password"]
    if _PARAMETER.search(secret) and (query := _QUERY.search(secret)):
        for key, value in parse_qsl(query[1]):
            if _PARAMETER.match(f"?{key}=") is not None:
                yield value


def _spellings(secret: str) -> Iterator[str]:
    for plain in {secret, unquote(secret), unquote_plus(secret)}:
        if len(plain) < SHORTEST:
            continue
        yield plain
        yield quote(plain, safe="")
        yield quote(plain)
        yield quote_plus(plain)
        yield json.dumps(plain)[1:-1]
        yield json.dumps(plain, ensure_ascii=False)[1:-1]
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(_bytes(plain)).decode().rstrip("=")
            yield from _base64_pieces(plain, encode)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _base64_pieces(secret: str, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """What stays of `secret` in the base64 of `user:secret`, for each of the three alignments."""
    content = _bytes(secret)
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        encoded = encode(b"\0" * before + content).decode().rstrip("=")
        unsure = 1 if (before + len(content)) % 3 else 0
        piece = encoded[skipped : len(encoded) - unsure]
        if len(piece) >= 2 * SHORTEST:
            yield piece
