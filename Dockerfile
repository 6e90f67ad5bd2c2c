# The server and what Node needs to run it, nothing else: no shell, no package manager, no user but one.
# Every image of Node is an argument, so that a build can pin it to a digest.
ARG NODE_IMAGE=node:24-bookworm-slim

# The bundle is the same for every platform, so it is built once, on the machine's own.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node build.mjs

# Node itself comes from the platform that the image is for, with exactly the libraries it is linked to.
FROM ${NODE_IMAGE} AS runtime
RUN node="$(command -v node)" \
 && for file in $(ldd "$node" | grep -o '/[^ ]*'); do \
      mkdir -p "/image$(dirname "$file")" && cp -L "$file" "/image$file" || exit 1; \
    done \
 && mkdir -p /image/usr/local/bin /image/etc \
 && cp -L "$node" /image/usr/local/bin/node \
 && mkdir -m 1777 /image/tmp \
 && echo 'nonroot:x:65532:65532:nonroot:/tmp:/nologin' > /image/etc/passwd \
 && echo 'nonroot:x:65532:' > /image/etc/group \
 && echo 'hosts: files dns' > /image/etc/nsswitch.conf

FROM scratch
ARG VERSION=0.0.0-local
ARG REVISION=unknown
ARG SOURCE=unknown
ARG SERVER_NAME=local/autotask-mcp
LABEL org.opencontainers.image.title="autotask-mcp" \
      org.opencontainers.image.description="MCP server for Kaseya Autotask PSA" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}" \
      io.modelcontextprotocol.server.name="${SERVER_NAME}"
COPY --from=runtime /image/ /
COPY --from=build /src/package.json /src/LICENSE /src/dist/THIRD-PARTY-NOTICES /app/
COPY --from=build /src/dist/cli.js /app/dist/
COPY --from=build /src/dist/chunks/ /app/dist/chunks/
ENV NODE_ENV=production
# The one place that can be written to.
ENV AUTOTASK_CACHE_DIR=/tmp/autotask-mcp
WORKDIR /app
USER 65532:65532
EXPOSE 3000
# Over stdio there is no address to ask: the process itself is the sign of life.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/node", "-e", "if (process.env.AUTOTASK_TRANSPORT === 'http') fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/cli.js"]
