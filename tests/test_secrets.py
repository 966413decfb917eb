from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from ci_runner.secrets import Redactor

SECRET = 'p@ss/w"rd+é=%41'


def knowing(*secrets: str) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.register(secret)
    return redactor


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        b64encode(SECRET.encode()).decode(),
        json.dumps(SECRET)[1:-1],
    ],
)
def test_a_secret_is_hidden_however_it_is_spelled(spelling: str) -> None:
    assert "a *** b" == knowing(SECRET).redact(f"a {spelling} b")


@pytest.mark.parametrize("user", ["", "x:", "x-access-token:", "ab:"])
def test_a_secret_is_hidden_inside_longer_base64(user: str) -> None:
    header = b64encode(f"{user}ghs_0123456789abcdef".encode()).decode()

    assert "***" in knowing("ghs_0123456789abcdef").redact(header)


def test_the_password_of_a_url_is_hidden_alone() -> None:
    redactor = knowing("postgres://app:hunter%2B22@db/x?sslpassword=other99")

    assert "said *** and *** and ***" == redactor.redact(
        "said hunter+22 and hunter%2B22 and other99"
    )


def test_a_default_password_does_not_hide_its_own_user_name() -> None:
    assert "postgres" == knowing("postgres://postgres:postgres@db/x").redact("postgres")


def test_a_short_secret_is_refused_without_naming_it() -> None:
    with pytest.raises(ValueError, match="fewer than 4") as refused:
        Redactor().register("qx7")

    assert "qx7" not in str(refused.value)


def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    assert "***!" == knowing("abcd", "abcdefgh").redact("abcdefgh!")


def test_urls_in_text_lose_their_password_unregistered() -> None:
    assert "to mysql://u:***@h/d" == Redactor().redact("to mysql://u:pw@h/d")


def test_the_environment_is_known_by_its_names() -> None:
    redactor = Redactor.of_environment(
        {
            "GITHUB_TOKEN": "ghs_planted",
            "DATABASE_URL": "postgres://u:planted2@h/d",
            "GITHUB_SERVER_URL": "https://github.com",
            "X_TOKEN": "abc",
            "HOME": "/home/jo",
        }
    )

    assert "*** *** https://github.com abc /home/jo" == redactor.redact(
        "ghs_planted planted2 https://github.com abc /home/jo"
    )
