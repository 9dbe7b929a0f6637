# Two stages: what builds stays behind. The tree is laid out as on a laptop, so that content/ and locales/ are found.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/connexions
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY dialogs dialogs
COPY server server
COPY content content
COPY locales locales
COPY deploy/healthy.py deploy/healthy.py
RUN .venv/bin/pip install --no-deps --no-build-isolation --editable . \
    && .venv/bin/pybabel compile --directory locales --domain talk \
    && .venv/bin/python -m compileall -q bot dialogs server

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin connexions
WORKDIR /srv/connexions
COPY --from=build /srv/connexions /srv/connexions
ENV PATH=/srv/connexions/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CONNEXIONS_ENVIRONMENT=production \
    CONNEXIONS_HOST=0.0.0.0
USER connexions
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "deploy/healthy.py", "8000"]
CMD ["connexions", "serve"]
