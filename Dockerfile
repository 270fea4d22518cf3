# FashionForward's image: docker build -t fashionforward .
#
# The first stage compiles the program from this folder (4 to 6 minutes on two cores); the second holds what it needs to
# run and nothing else: no shell, no package manager, no user but 65532. What is inside, how large it is and how to
# check it: docs/image.md. No BuildKit needed.

FROM debian:bookworm-slim AS build
WORKDIR /src
# Before the sources, so that an edit of those does not install everything again. The list stands in ./ff.
COPY ff ./
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(./ff packages) \
 && rm -rf /var/lib/apt/lists/*
COPY . .
RUN ./ff build release fashionforward
# Seconds since 1970 that all files are dated with, for bytes that can be built again: docs/image.md.
ARG SOURCE_DATE_EPOCH=0
RUN SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH deploy/image/rootfs.sh build/release/fashionforward /image

FROM scratch
COPY --from=build /image/ /
# Inside a container loopback is nobody's: these are reached by what is published (-p) or by the pod's address.
# The environment overrides a settings file, so whoever mounts one need not repeat them.
ENV FF_LISTEN=:8080 FF_OPS_LISTEN=:9090
# Where a relative path begins: fashionforward.toml, and var/shop.db when no database is named. A volume belongs here.
WORKDIR /var/lib/fashionforward
# By number, since Kubernetes' runAsNonRoot can't know what a name stands for.
USER 65532:65532
EXPOSE 8080 9090
# The server drains on it: docs/runbooks. Docker's default, said because a drain depends on it.
STOPSIGNAL SIGTERM
# Kubernetes ignores this and asks /livez, /startupz and /readyz itself. Ready 50 ms after its start, so the first
# seconds are asked often enough by compose's `service_healthy`; 2 s are the command's own deadline, the third is Docker's.
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s --retries=3 CMD ["/usr/bin/fashionforward", "healthcheck"]
ENTRYPOINT ["/usr/bin/fashionforward"]
CMD ["serve"]
# Last, since they change with every commit.
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=
LABEL org.opencontainers.image.title="FashionForward" \
      org.opencontainers.image.description="An online shop that does not fall over on Black Friday" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
