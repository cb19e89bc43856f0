# The base must carry SQLite 3.42 or later with Python 3.12 or later: Debian trixie does, bookworm does not.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
RUN python -m venv /app/venv
COPY requirements.lock ./
RUN /app/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.13-slim-trixie
RUN useradd --create-home --uid 10001 paperwire \
    && install --directory --owner=paperwire --group=paperwire /data
WORKDIR /app
COPY --from=build /app/venv /app/venv
COPY bot ./bot
COPY handlers ./handlers
COPY storage ./storage
COPY playground ./playground
ENV PATH="/app/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    PAPERWIRE_DATA=/data
# Where PAPERWIRE_STATUS is looked for in compose.yaml, and --http as README has it.
EXPOSE 9464 3000
USER paperwire
VOLUME /data
# What `paperwire healthy` looks at, without a second of processor time for starting Python every time.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD test -n "$(find /data/heartbeat -mmin -1)"
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
