#!/usr/bin/env bash
# Shows the last 200 lines of the server's log; with --follow, also what comes after, until Ctrl-C.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
case "$#:${1:-}" in
  0:) follow=false ;;
  1:--follow | 1:-f) follow=true ;;
  *) fail "takes no argument but --follow." ;;
esac
need_docker
if $follow; then compose logs --tail 200 --follow; else compose logs --tail 200; fi
