"""Keep secrets out of everything that is written: log, report, comment, exception."""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "***"
SHORTEST = 4
_USERINFO = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<user>[^\s/?#:@]*):(?P<password>[^\s/?#]*)@",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"(?P<key>[?&](?:\w*password|passwd|pwd|\w*token|\w*secret|\w*key)=)(?P<value>[^\s&#]*)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?:TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|API_KEY|_URL|_DSN)$")


class Redactor:
    """Knows the secrets of this run and replaces them by `***`.

    A secret is also found percent-encoded, in base64 (a piece of a longer base64 text included)
    and as JSON writes it. Of a URL the password alone is a secret too, unless it equals the user
    name: such a default hides nothing, and `postgres` would vanish from every sentence.
    """

    def __init__(self) -> None:
        self._spellings: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    @staticmethod
    def of_environment(environ: Mapping[str, str] = os.environ) -> Redactor:
        """Knows what the environment holds under a name that speaks of a secret."""
        redactor = Redactor()
        for name, value in environ.items():
            if _NAMES.search(name.upper()):
                if "://" in value:
                    redactor.register_url(value)
                elif len(value.strip()) >= SHORTEST:
                    redactor.register(value)
        return redactor

    def register_url(self, url: str) -> None:
        """Hide the passwords of `url`. One without any, such as a server's address, stays."""
        for password in _passwords(url):
            if len(password.strip()) >= SHORTEST:
                self.register(password)

    def register(self, secret: str) -> None:
        """Hide `secret` from now on. Raises ValueError when it is too short to be searched for."""
        if len(secret.strip()) < SHORTEST:
            raise ValueError(f"a secret of fewer than {SHORTEST} characters can't be hidden")
        for each in _parts(secret):
            if len(each) >= SHORTEST:
                self._spellings.update(_spellings(each))
        longest_first = sorted(self._spellings, key=lambda each: (-len(each), each))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    @property
    def spellings(self) -> frozenset[str]:
        """Every text that is hidden."""
        return frozenset(self._spellings)

    def redact(self, text: str) -> str:
        """`text` with every known secret replaced, and the password of any URL in it."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _USERINFO.sub(rf"\g<scheme>\g<user>:{MASK}@", text) if "://" in text else text


def _parts(secret: str) -> Iterator[str]:
    """The secret, its lines (masking works per line), and the passwords inside a URL."""
    yield secret
    yield secret.strip()
    yield from (line.strip() for line in secret.splitlines())
    yield from _passwords(secret)


def _passwords(url: str) -> Iterator[str]:
    """Those in the user part and in the query, as they are written."""
    for found in _USERINFO.finditer(url):
        if unquote(found["password"]) != unquote(found["user"]):
            yield found["password"]
    yield from (found["value"] for found in _PARAMETER.finditer(url))


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
            encoded = encode(_bytes(plain)).decode()
            yield encoded
            yield encoded.rstrip("=")
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
