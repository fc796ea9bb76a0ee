# The service alone: no compiler, no test tool, not root. It speaks http, so a proxy with TLS belongs before it, and it
# listens on the loopback address of whatever network it is given; run it with
# `docker run --network host -v plumbline:/srv/plumbline/var plumbline`. The volume holds the database and its key file.
FROM python:3.12-slim AS build
WORKDIR /srv/plumbline
RUN python -m venv /srv/venv
COPY requirements.lock ./
RUN /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock

FROM python:3.12-slim
RUN useradd --system --home-dir /srv/plumbline --shell /usr/sbin/nologin plumbline
WORKDIR /srv/plumbline
COPY --from=build /srv/venv /srv/venv
COPY pyproject.toml ./
COPY app app
COPY scoring scoring
COPY questionnaires questionnaires
COPY static static
COPY templates templates
RUN /srv/venv/bin/python -m compileall -q app scoring \
 && /srv/venv/bin/python -m app.cli check \
 && mkdir var && chown plumbline var
USER plumbline
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
VOLUME /srv/plumbline/var
CMD ["/srv/venv/bin/python", "-m", "app.cli", "serve"]
