#!/usr/bin/env bash
# Pins the image on this machine: from now on nothing else is started. Given the digest that was verified,
# it pins only if the image has it.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/image.sh"
[ "$#" -le 1 ] || fail "takes one argument at most: the digest that was verified."
need_docker
choose_image
image_id "$tag" >/dev/null || fail "The image $tag is not on this machine. Run mcp_pull.sh first."
digest=$(image_digest "$tag") || fail "The image $tag has no digest of $repository."
[[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || fail "The engine names no digest for $tag."
if [ "$#" -eq 1 ] && [ "$1" != "$digest" ]; then
  fail "The image on this machine is $digest, not $1. Nothing was pinned."
fi
printf '%s@%s\n' "$repository" "$digest" >"$pin_file.new"
mv -f -- "$pin_file.new" "$pin_file"
say "Pinned: $repository@$digest"
case $repository in
  ghcr.io/*/*)
    owner=${repository#ghcr.io/}
    say "If that was not done yet, check where it was built:" \
      "  gh attestation verify oci://$repository@$digest --owner ${owner%%/*}" ;;
esac
