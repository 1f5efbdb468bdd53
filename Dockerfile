# The image of `clearsky serve`, from the same lock as everywhere else.
FROM python:3.12-slim AS build
WORKDIR /srv/clearsky
RUN python -m venv /srv/venv
COPY requirements.lock ./
RUN /srv/venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY app ./app
COPY migrations ./migrations
RUN /srv/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    # Nothing is written when it runs: not even what Python compiles.
    && /srv/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash app migrations

# Without a compiler: what is built is built above.
FROM python:3.12-slim
ENV PATH=/srv/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CLEARSKY_HOST=0.0.0.0 CLEARSKY_PORT=8000 \
    CLEARSKY_DATABASE_URL=sqlite:////var/lib/clearsky/clearsky.db
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/clearsky --create-home clearsky \
    && chmod 700 /var/lib/clearsky
COPY --from=build /srv/venv /srv/venv
WORKDIR /srv/clearsky
COPY --from=build /srv/clearsky/app ./app
COPY --from=build /srv/clearsky/migrations ./migrations
COPY alembic.ini pyproject.toml README.md ./
# By number, so that an orchestrator can tell that it is not root. All but the volume and /tmp can be
# read-only.
USER 10001
VOLUME /var/lib/clearsky
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["clearsky", "serve"]
