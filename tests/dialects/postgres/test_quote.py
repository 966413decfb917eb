"""Names as the server writes them."""

from __future__ import annotations

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres.quote import RESERVED, quote


def test_names_are_quoted_as_the_oldest_server_quotes_them(postgres_server: PostgresServer) -> None:
    """Later ones have more words for JSON, which are read without quotes as well."""
    with postgres_server.database() as connection:
        words = connection.query("SELECT word, quote_ident(word) FROM pg_get_keywords()")

    assert {word for word, quoted in words if word != quoted} >= RESERVED
    later = {str(word) for word, quoted in words if quote(str(word)) != quoted}
    assert all(word.startswith(("json", "merge")) for word in later)
