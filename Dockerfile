# syntax=docker/dockerfile:1
# Two stages: wheels are built and installed in the first, and only the result is taken into the second.
FROM docker.io/library/python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/trueup
COPY requirements-runtime.lock ./
RUN /opt/trueup/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY controller controller
COPY reconcilers reconcilers
COPY sandbox sandbox
COPY charts charts
COPY desired desired
RUN /opt/trueup/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps . \
 && /opt/trueup/bin/pip uninstall --yes pip

FROM docker.io/library/python:3.12-slim
# git reads the repository; openssh-client and ca-certificates are how it gets there.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --home-dir /var/lib/trueup trueup \
 && install --directory --owner=trueup --group=trueup --mode=0750 /var/lib/trueup
COPY --from=build /opt/trueup /opt/trueup
ENV PATH=/opt/trueup/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 TRUEUP_HOST=0.0.0.0
USER 10001:10001
VOLUME /var/lib/trueup
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["trueup"]
CMD ["run"]
