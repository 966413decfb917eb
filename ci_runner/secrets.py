"""Keep secrets out of everything that is shown: tokens, passwords and URLs that hold them."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

_SHORTEST = 4
_NAMES = re.compile(r"(?:TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY|API_KEY|_URL|_DSN)$")
_URL = re.compile(r"([a-z][a-z0-9+.-]*://[^\s/@:]*):([^\s@]+)@", re.IGNORECASE)
MASK = "***"


class Redactor:
    """Replaces registered secrets, however they are spelled, and the password of any URL."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    @staticmethod
    def of_environment(environ: Mapping[str, str] = os.environ) -> Redactor:
        """Knows what the environment holds under a name that speaks of a secret."""
        redactor = Redactor()
        for name, value in environ.items():
            if not _NAMES.search(name.upper()) or len(value) < _SHORTEST:
                continue
            if "://" in value:
                redactor.register_url(value)
            else:
                redactor.register(value)
        return redactor

    def register(self, secret: str) -> None:
        """Hide `secret` raw, percent-encoded, decoded and in base64. Shorter than 4 is no secret."""
        if len(secret) < _SHORTEST:
            return
        encoded = base64.b64encode(secret.encode()).decode()
        self._secrets |= {secret, quote(secret, safe=""), unquote(secret), encoded}

    def register_url(self, url: str) -> None:
        """Hide the password of `url`, if it has one."""
        try:
            password = urlsplit(url).password
        except ValueError:
            self.register(url)
            return
        if password:
            self.register(password)
            self.register(unquote(password))

    def redact(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return _URL.sub(rf"\1:{MASK}@", text)


def mask_url(url: str) -> str:
    """`url` without its password."""
    return _URL.sub(rf"\1:{MASK}@", url)
