#!/usr/bin/env bash
# Stops and removes the container. .env, the token, the pin and the images stay.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
no_arguments "$@"
need_docker
compose down || fail "The server could not be stopped."
say "The server is stopped."
