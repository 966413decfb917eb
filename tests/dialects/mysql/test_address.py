"""URLs of MySQL and MariaDB servers."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.address import Address, address
from ci_runner.errors import ConfigError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://jo@db", Address("jo", "", "db", 3306)),
        ("mariadb://jo:a%2Fb@db:3307/shop", Address("jo", "a/b", "db", 3307, "", "shop")),
        ("mysql://jo@[::1]/shop", Address("jo", "", "::1", 3306, "", "shop")),
        (
            "mysql://jo@/shop?socket=/run/mysqld/mysqld.sock",
            Address("jo", "", "127.0.0.1", 3306, "/run/mysqld/mysqld.sock", "shop"),
        ),
    ],
)
def test_url_is_read(url: str, expected: Address) -> None:
    assert expected == address(url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://db/shop",
        "mysql://jo:s3cret@db:port/shop",
        "mysql://jo:s3cret@db/shop?ssl=true",
        "postgres://jo:s3cret@db/shop",
        "mysql://jo:s3cret@[db/shop",
    ],
)
def test_url_that_cannot_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        address(url)

    assert "the database URL cannot be read" == refused.value.what
    assert "s3cret" not in str(refused.value)


def test_password_is_never_printed() -> None:
    found = address("mysql://jo:s3cret@db/shop")

    assert "db:3306/shop" == str(found)
    assert "s3cret" not in repr(found)
