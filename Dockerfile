# The Python that CI runs: the lock pins other numpy and scipy versions for 3.12 and later.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN python -m venv /opt/vitrina
ENV PATH=/opt/vitrina/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# Dependencies first: this layer is kept until pyproject.toml or the lock changes.
COPY pyproject.toml requirements.lock ./
RUN python -c "import tomllib; \
project = tomllib.load(open('pyproject.toml', 'rb')); \
print(*project['build-system']['requires'], *project['project']['dependencies'], sep='\n')" \
      > wanted.txt \
    && pip install --constraint requirements.lock --requirement wanted.txt
COPY README.md LICENSE ./
COPY app app
COPY indexing indexing
COPY ranking ranking
RUN pip install --no-deps --no-build-isolation .


FROM python:${PYTHON}-slim
# LightGBM needs the OpenMP runtime.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data vitrina \
    && install --directory --owner vitrina --group vitrina /data /catalog /kernels
COPY --from=build /opt/vitrina /opt/vitrina
USER vitrina
WORKDIR /data

# Compiled kernels are found again only by a processor of the same name and features, so they are
# compiled for one that every machine can play. `--build-arg KERNEL_CPU=x86-64-v3` (and
# KERNEL_FEATURES=+avx2,+fma,+bmi2) makes them a little faster where all machines have these.
ARG KERNEL_CPU=generic
ARG KERNEL_FEATURES=
ENV PATH=/opt/vitrina/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUMBA_CPU_NAME=${KERNEL_CPU} \
    NUMBA_CPU_FEATURES=${KERNEL_FEATURES} \
    VITRINA_DATA_DIR=/data \
    VITRINA_HOST=0.0.0.0 \
    VITRINA_PORT=8080 \
    VITRINA_WORKERS=2 \
    VITRINA_KERNEL_CACHE_DIR=/kernels \
    NUMBA_CACHE_DIR=/kernels
RUN vitrina warm --cache /kernels

VOLUME /data
EXPOSE 8080
# Alive, not ready: a service without an index is well, and /readyz says that it has none.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"VITRINA_PORT\"]}/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["vitrina", "serve"]
