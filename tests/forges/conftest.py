"""The same fake GitHub as the publisher's tests."""

from tests.publish.conftest import scene  # noqa: F401 - a fixture
