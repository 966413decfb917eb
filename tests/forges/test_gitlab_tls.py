from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from ci_runner.errors import ConfigError, ForgeError
from ci_runner.forges.gitlab import gitlab
from ci_runner.forges.gitlab_job import job_of
from tests.conftest import require
from tests.forges.gitlab_scene import TOKEN, GitLabScene


@pytest.fixture
def authority(gitlab_scene: GitLabScene, tmp_path: Path) -> Path:
    """The fake behind TLS, with a certificate that only this file vouches for."""
    if shutil.which("openssl") is None:
        require("needs openssl: apt-get install openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "ca.pem"
    subprocess.run(
        (
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *(
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-keyout",
                key,
                "-out",
                certificate,
            ),
            *("-addext", "subjectAltName=DNS:localhost"),
        ),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = gitlab_scene.fake._server
    assert server is not None
    server.socket = context.wrap_socket(server.socket, server_side=True)
    gitlab_scene.fake.url = f"https://localhost:{server.server_port}"
    return certificate


def test_a24_the_runners_authority_vouches_for_the_server(
    gitlab_scene: GitLabScene, authority: Path
) -> None:
    job = job_of({"CI_SERVER_TLS_CA_FILE": str(authority)})

    assert gitlab_scene.fake.login == gitlab_scene.forge(job=job).viewer()


def test_a24_a_certificate_that_nobody_vouches_for_is_refused(
    gitlab_scene: GitLabScene, authority: Path
) -> None:
    with pytest.raises(ForgeError, match="certificate is not trusted") as refused:
        gitlab_scene.forge().viewer()
    assert "tls-ca-file" in refused.value.next_step
    assert [] == gitlab_scene.waits


def test_a24_an_authority_that_is_no_file_is_named(gitlab_scene: GitLabScene) -> None:
    job = job_of({"CI_SERVER_TLS_CA_FILE": "/nowhere/ca.pem"})

    with pytest.raises(ConfigError, match="CI_SERVER_TLS_CA_FILE") as wrong:
        gitlab(gitlab_scene.repository(), TOKEN, job=job)
    assert "/nowhere/ca.pem" == wrong.value.where
