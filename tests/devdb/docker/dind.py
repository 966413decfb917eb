"""Docker in Docker: an engine of a test's own, as GitLab's service `docker:dind` is laid out.

It has its own files, its own network and its own certificates, so that no path and no port of this
machine is one of its own; and it may die without anybody else's containers.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.devdb.docker.conftest import BAKED

_PATIENCE_SECONDS = 60.0
# What dockerd and runc need to make containers; `--privileged` would ask for more.
_RIGHTS = ["NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE"]
_CONFINEMENTS = ("seccomp", "apparmor", "systempaths")
_MOUNTS = {
    "/usr": "/usr:ro",
    "/usr/lib": "/lib:ro",
    "/usr/lib64": "/lib64:ro",
    "/etc/alternatives": "/etc/alternatives:ro",
    "/sys/fs/cgroup": "/sys/fs/cgroup",
}


@dataclass(frozen=True, slots=True)
class Dind:
    """An engine in a container; its client asks with the certificate that is in `certificates`."""

    outer: docker.DockerClient
    name: str
    address: str
    certificates: Path
    socket: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DOCKER_HOST": f"tcp://{self.address}:2376",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": str(self.certificates),
        }

    def client(self) -> docker.DockerClient:
        return docker.from_env(environment=self.environment)

    def start(self) -> None:
        """Until it answers."""
        self._inside(
            *(
                "sh",
                "-c",
                'exec dockerd "$@" >>/shared/log 2>&1',
                "dockerd",
                "--host=tcp://0.0.0.0:2376",
                "--host=unix:///shared/docker.sock",
            ),
            *("--tlsverify", "--tlscacert=/certificates/ca.pem"),
            *("--tlscert=/certificates/cert.pem", "--tlskey=/certificates/key.pem"),
            "--storage-driver=overlay2",
            detach=True,
        )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                self.client().close()
            except docker.errors.DockerException:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
            else:
                return

    @contextmanager
    def ports_shut(self) -> Iterator[None]:
        """Only the engine itself is to be reached, as CircleCI has it: all else is dropped."""
        rule = ("PREROUTING", "-i", "eth0", "-p", "tcp", "!", "--dport", "2376", "-j", "DROP")
        assert not self._inside("iptables", "-t", "raw", "-A", *rule)
        try:
            yield
        finally:
            assert not self._inside("iptables", "-t", "raw", "-D", *rule)

    def end(self, signal: str) -> None:
        """KILL leaves its containers to themselves, TERM ends them first; back when it is gone."""
        [pid] = self._inside("cat", "/var/run/docker.pid").split()
        self._inside("kill", f"-{signal}", pid)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while self._inside("sh", "-c", f"kill -0 {pid} 2>/dev/null && echo there"):
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _inside(self, *command: str, detach: bool = False) -> str:
        said = self.outer.containers.get(self.name).exec_run(list(command), detach=detach)
        return "" if detach else str(said.output.decode().strip())


@contextmanager
def dind(outer: docker.DockerClient, certificates: Path, shared: Path) -> Iterator[Dind]:
    """With our image. Of `shared`, where its socket is, it sees nothing but that folder."""
    # The command, because docker-py can't ask for paths of /proc that are not masked.
    command = ["docker", "run", "--detach", "--cgroupns=host", "--user=0"]
    command += ["--env=PATH=/usr/sbin:/usr/bin:/bin"]
    command += [f"--cap-add={each}" for each in _RIGHTS]
    command += [f"--security-opt={each}=unconfined" for each in _CONFINEMENTS]
    command += [f"--volume={outside}:{inside}" for outside, inside in _MOUNTS.items()]
    command += [f"--volume={certificates}:/certificates:ro", f"--volume={shared}:/shared"]
    command += [f"--tmpfs={place}" for place in ("/var/lib/docker:exec,suid,dev", "/run", "/tmp")]
    # A shell, unlike a sleep, takes leave of processes whose parents are gone.
    command += ["--entrypoint=/bin/sh", BAKED, "-c", "while sleep 1; do :; done"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    container = outer.containers.get(done.stdout.strip())
    try:
        container.reload()
        address = str(container.attrs["NetworkSettings"]["IPAddress"])
        engine = Dind(
            outer,
            container.name,
            address,
            _certified(certificates, address),
            shared / "docker.sock",
        )
        engine.start()
        inner = engine.client()
        try:
            inner.images.load(outer.images.get(BAKED).save(named=True))
        finally:
            inner.close()
        yield engine
    finally:
        container.remove(force=True, v=True)


def _certified(folder: Path, address: str) -> Path:
    """A DOCKER_CERT_PATH with an authority of its own, and one pair of keys for both ends."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    for arguments in (
        ("-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=ca"),
        (
            *("-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=both"),
            *("-CA", "ca.pem", "-CAkey", "ca-key.pem"),
            *("-addext", f"subjectAltName=IP:{address},DNS:docker"),
        ),
    ):
        command = ["openssl", "req", "-x509", *key, *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder
