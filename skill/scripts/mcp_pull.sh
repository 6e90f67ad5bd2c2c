#!/usr/bin/env bash
# Pulls the latest image, or builds it from the repository around this folder. Starts and stops nothing.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/image.sh"
no_arguments "$@"
need_docker
choose_image
fetch_image || fail "The image $tag could not be fetched. What is running was left alone."
digest=$(image_digest "$tag") || fail "The image $tag has no digest of $repository."
say "Image: $tag" "Digest: $digest"
read_pin
if [ -n "$pin" ] && [ "$pin" != "$digest" ]; then
  say "This is not the pinned image ($pin), which stays the one that is started." \
    "Once it was checked, mcp_pin_digest.sh pins it."
fi
