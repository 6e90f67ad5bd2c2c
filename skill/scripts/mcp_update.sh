#!/usr/bin/env bash
# Gets the newest image and restarts the server if that image is another one and, where one is pinned, the
# pinned one. Whatever goes wrong, the server that runs goes on running. What happened stands in logs/update.log.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/image.sh"
log_dir=$skill_dir/logs
log() {
  say "$@"
  printf "$(date -u +%Y-%m-%dT%H:%M:%SZ) %s\n" "$@" >>"$log_dir/update.log"
}
fail() {
  log "FAILED: $*" >&2
  exit 1
}

if ! mkdir -p -- "$log_dir" 2>/dev/null || [ ! -w "$log_dir" ]; then
  say "mcp_update.sh: cannot write into $log_dir, where it keeps its log. Nothing was done." >&2
  exit 1
fi
no_arguments "$@"
# The lock is a link that "leads to" the number of its process: it comes into being with it, all at once.
lock=$log_dir/update.lock
# Only where the holder is gone, which is why nobody but another run here can change it meanwhile.
take_over() {
  local failed=1
  # Left by a run that was killed within these lines.
  find "$lock.change" -prune -mmin +1 -exec rmdir {} \; 2>/dev/null || true
  mkdir -- "$lock.change" 2>/dev/null || return 1
  if [ "$(readlink "$lock")" = "$1" ]; then
    ln -s "$$" "$lock.$$" && mv -f -- "$lock.$$" "$lock" && failed=0
  fi
  rmdir -- "$lock.change"
  return "$failed"
}
if ! ln -s "$$" "$lock" 2>/dev/null; then
  holder=$(readlink "$lock") || holder=none
  if kill -0 "$holder" 2>/dev/null || ! take_over "$holder"; then fail "Another update is running."; fi
  log "An earlier update was cut off."
fi
trap 'rm -f -- "$lock"' EXIT

need_docker
need_env_file
choose_image
read_pin
owner=$(container_user)

running=$(docker container inspect --format '{{if .State.Running}}{{.Image}}{{end}}' "$container" 2>/dev/null) || running=''
# Names keep the image that runs, and what the tag stands for, from being lost when the tag moves on.
if [ -n "$running" ]; then docker tag "$running" "$previous_image" || fail "The running image could not be kept."; fi
tag_before=$(image_id "$tag") || tag_before=$running
before=$(image_digest "$tag") || before=none

# Makes the tag stand again for what it stood for, so that mcp_up.sh does not start what was refused here.
put_tag_back() {
  case $tag in *@*) return ;; esac
  if [ -n "$tag_before" ]; then docker tag "$tag_before" "$tag" || log "The tag $tag could not be put back."; fi
}

fetch_image || fail "The image $tag could not be fetched. What is running was left alone."
after=$(image_digest "$tag") || fail "The image $tag has no digest of $repository. What is running was left alone."
new=$(image_id "$tag")
log "Digest before: $before" "Digest after: $after"

if [ -n "$pin" ] && [ "$pin" != "$after" ]; then
  put_tag_back
  fail "REFUSED: the pinned digest is $pin. What is running was left alone. Once the new image was checked: mcp_pull.sh, mcp_pin_digest.sh, mcp_update.sh."
fi
if [ -z "$running" ]; then
  log "The server is not running, so nothing was restarted."
elif [ "$new" = "$running" ]; then
  log "No change: the server runs this image."
else
  ensure_token "$owner"
  # From here to the end: whoever interrupts now must not leave an image running that was never seen healthy.
  trap '' HUP INT TERM
  if start "$(image_to_start)" "$owner"; then
    log "Restarted with the new image."
  else
    put_tag_back
    if start "$previous_image" "$owner"; then
      fail "The new image did not become healthy. The previous one runs again."
    else
      fail "The new image did not become healthy, and neither did the previous one. See mcp_logs.sh."
    fi
  fi
fi
