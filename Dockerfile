# What runs in here are npm's scripts; the tests run the same ones, in the same order (e2e/operation/container.spec.ts).

# This one has what better-sqlite3 needs where it must be compiled.
FROM node:24-bookworm AS build
# Stays empty.
WORKDIR /data
WORKDIR /app
COPY . .
# Packages for development are left out. The folder for data holds a secret as soon as it is used: it stays here.
ENV NODE_ENV=production DATA_DIR=/tmp/data
RUN npm start -- --build-only

FROM node:24-bookworm-slim
# The program is root's, and runs as somebody who can't change it, but for its data.
COPY --from=build /app /app
COPY --from=build --chown=node:node /data /data
USER node
WORKDIR /app
# bash makes way for what npm starts by it. Debian's sh would stand between, and keep SIGTERM for itself.
ENV NODE_ENV=production DATA_DIR=/data npm_config_script_shell=/bin/bash
EXPOSE 3000
# Whether it lives, not whether it is ready: a database that is away is no reason to start the server anew.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["npm", "run", "--silent", "health"]
CMD ["npm", "start"]
