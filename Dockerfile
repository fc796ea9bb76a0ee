# The service alone: no compiler, no test tool, not root. It speaks http, so a proxy with TLS belongs before it;
# compose.yaml runs it with PostgreSQL. Alone it takes SQLite, and the volume then holds the database and its key file:
#   docker build -t plumbline . && docker run -e PLUMBLINE_HOST=0.0.0.0 -p 127.0.0.1:8000:8000 -v plumbline:/srv/plumbline/var plumbline
FROM python:3.12-slim AS build
WORKDIR /srv/plumbline
RUN python -m venv /srv/venv
COPY requirements.lock requirements-image.lock ./
RUN /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements.lock \
 && /srv/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: -r requirements-image.lock

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /srv/plumbline --shell /usr/sbin/nologin plumbline
WORKDIR /srv/plumbline
COPY --from=build /srv/venv /srv/venv
COPY pyproject.toml ./
COPY app app
COPY scoring scoring
COPY questionnaires questionnaires
COPY static static
COPY templates templates
# What is not to be in it, and the data of the questionnaires, are checked here, so that no image comes of a bad state.
RUN ! command -v cc && ! command -v gcc && ! command -v make \
 && /srv/venv/bin/python -m compileall -q app scoring \
 && /srv/venv/bin/python -m app.cli check \
 && mkdir var && chown plumbline var
USER plumbline
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8000
VOLUME /srv/plumbline/var
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/srv/venv/bin/python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PLUMBLINE_PORT', 8000)), timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
CMD ["/srv/venv/bin/python", "-m", "app.cli", "serve"]
