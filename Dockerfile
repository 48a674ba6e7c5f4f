# Trueup's image. The first stage makes its wheel, the second everything that runs, and the third takes the second over
# in one layer: what was removed along the way is then really gone. docs/image.md tells how it is run.
FROM docker.io/library/python:3.12-slim AS wheel
WORKDIR /src
COPY requirements-build.lock ./
RUN python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY controller controller
COPY reconcilers reconcilers
COPY sandbox sandbox
COPY charts charts
COPY desired desired
RUN python -m pip wheel --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir /wheels .

FROM docker.io/library/python:3.12-slim AS root
# git reads the repository; openssh-client and ca-certificates are how it gets there; gpg and ssh-keygen check who signed.
# Perl, which git's interactive commands and Debian's installer want, is not wanted here, nor are the rights that some
# programs lend.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git gpg openssh-client \
 && useradd --uid 10001 --no-create-home --home-dir /var/lib/trueup --shell /usr/sbin/nologin trueup \
 && install --directory --owner=trueup --group=trueup --mode=0750 /var/lib/trueup \
 && dpkg --purge --force-depends --force-remove-essential \
      $(dpkg-query --show --showformat='${Package} ' liberror-perl 'libperl5*' perl perl-base 'perl-modules-*') \
 && cd /usr/lib/git-core \
 && rm -rf git-daemon git-http-backend git-http-fetch git-http-push git-imap-send git-shell mergetools scalar \
 && rm -rf /usr/bin/git-shell /usr/bin/scalar /usr/share/gitweb /usr/share/perl* \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/* \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
COPY requirements-runtime.lock /tmp/
RUN python -m venv --without-pip /opt/trueup \
 && python -m pip --python=/opt/trueup install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements-runtime.lock
# Of AWS's four hundred services, the models of those that are spoken to, and of those that credentials may come from.
RUN cd /opt/trueup/lib/python3.12/site-packages/botocore/data \
 && mkdir /tmp/spoken \
 && mv application-autoscaling cloudtrail cloudwatch codedeploy dynamodb ecr ecs elbv2 logs secretsmanager signin ssm sso sso-oidc sts /tmp/spoken/ \
 && rm -rf ./*/ \
 && mv /tmp/spoken/* . \
 && rmdir /tmp/spoken
COPY --from=wheel /wheels /tmp/wheels
# The base keeps no compiled Python, and the image's file system is not writable: what is imported is compiled here.
RUN python -m pip --python=/opt/trueup install --no-cache-dir --disable-pip-version-check --no-deps /tmp/wheels/*.whl \
 && /opt/trueup/bin/python -c "import controller.cli, controller.health, controller.wiring, controller.source.render_child" \
 && python -m pip uninstall --yes --disable-pip-version-check --root-user-action=ignore pip \
 && cd /usr/local/lib/python3.12 \
 && rm -rf ensurepip idlelib lib2to3 pydoc_data tkinter turtledemo /tmp/* /root/.cache

FROM scratch
COPY --from=root / /
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Trueup" \
      org.opencontainers.image.description="Keeps Amazon ECS services true to a Git repository." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV PATH=/opt/trueup/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/var/lib/trueup \
    TRUEUP_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/trueup
# All that is ever written: mounted, it may be a volume of its own or memory, and the rest of the file system read-only.
VOLUME /var/lib/trueup
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["trueup-health"]
ENTRYPOINT ["trueup"]
CMD ["run"]
