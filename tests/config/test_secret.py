"""Secrets are usable and do not show."""

from __future__ import annotations

from ci_runner.config.secret import Secret


def test_a_secret_works_as_text_and_hides_in_a_repr() -> None:
    secret = Secret("postgres://u:pw@h/d")

    assert "postgres://u:pw@h/d" == secret
    assert "Secret('***')" == repr(secret)
    assert "pw" not in repr([secret])


def test_an_empty_secret_is_seen_to_be_empty() -> None:
    assert "Secret('')" == repr(Secret(""))
