# The runner as an image, for GitLab CI, CircleCI and whoever runs containers: docs/runner-image.md.
# Any base with Python 3.11 or newer will do; what it lacks of git and ssh is installed by apt-get.
ARG BASE=python:3.13-slim-bookworm@sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb

# hadolint ignore=DL3006 # the argument holds the tag and the digest
FROM ${BASE} AS build
# Where packages come from, if not from PyPI; none of it stays in the image.
ARG PIP_INDEX_URL
ARG PIP_CERT
RUN python3 -m venv /opt/schema-ci
COPY requirements-run.lock /opt/schema-ci/
RUN /opt/schema-ci/bin/python -m pip install --no-cache-dir --disable-pip-version-check --quiet \
  --require-hashes --only-binary :all: -r /opt/schema-ci/requirements-run.lock \
  && /opt/schema-ci/bin/python -m pip uninstall --quiet --yes pip
COPY script/link /opt/schema-ci/script/link
RUN /opt/schema-ci/bin/python /opt/schema-ci/script/link

# hadolint ignore=DL3006 # as above
FROM ${BASE}
# A pinned version is gone from Debian's mirrors with the next security update: the base pins instead.
# hadolint ignore=DL3008
RUN if ! command -v git >/dev/null || ! command -v ssh >/dev/null; then \
    apt-get update -qq \
    && apt-get install --yes -qq --no-install-recommends ca-certificates git openssh-client \
    && rm -rf /var/lib/apt/lists/*; \
  fi \
  && groupadd --gid 1000 schema-ci \
  && useradd --uid 1000 --gid 1000 --home-dir /home/schema-ci --create-home --shell /bin/bash schema-ci \
  && install -d -o schema-ci -g schema-ci /work
# Two layers: what schema-ci needs changes seldom, schema-ci itself is small.
COPY --from=build /opt/schema-ci /opt/schema-ci
COPY LICENSE /opt/schema-ci/LICENSE
COPY ci_runner /opt/schema-ci/ci_runner
RUN /opt/schema-ci/bin/python -m compileall -q /opt/schema-ci/ci_runner
ENV PATH=/opt/schema-ci/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  HOME=/home/schema-ci \
  LANG=C.UTF-8 \
  PYTHONDONTWRITEBYTECODE=1
USER 1000:1000
WORKDIR /work
# No entry point: GitLab and CircleCI start a shell in the image and give it their script.
CMD ["schema-ci", "--help"]
