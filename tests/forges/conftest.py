"""The same fake GitHub as the publisher's tests, and a fake GitLab."""

from tests.forges.emulated import emulated  # noqa: F401 - a fixture
from tests.forges.gitlab_scene import gitlab_scene  # noqa: F401 - a fixture
from tests.publish.conftest import scene  # noqa: F401 - a fixture
