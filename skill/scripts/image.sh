# Which image is used, and which one was pinned. Sourced by the scripts that handle images.
# shellcheck shell=bash source-path=SCRIPTDIR
# shellcheck disable=SC2034 # what is set here is used by the scripts
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
local_image=autotask-mcp:local
previous_image=autotask-mcp:previous
pin_file=$skill_dir/.pinned-digest

# Sets tag: the registry image that AUTOTASK_MCP_IMAGE names, else the one built from the repository around
# this folder; and repository: the same without tag and digest, as an engine spells it.
choose_image() {
  if [ -f "$env_file" ]; then need_private "$env_file" .env; fi
  tag=${AUTOTASK_MCP_IMAGE:-$(setting AUTOTASK_MCP_IMAGE)}
  if [ -z "$tag" ]; then
    tag=$local_image
  elif ! [[ $tag =~ ^[a-z0-9][A-Za-z0-9._/:@-]*$ ]]; then
    fail "AUTOTASK_MCP_IMAGE is not the name of an image, such as registry.example/owner/autotask-mcp:latest."
  fi
  repository=${tag%%@*}
  case ${repository##*/} in *:*) repository=${repository%:*} ;; esac
  repository=${repository#docker.io/}
}

built_here() { [ "$tag" = "$local_image" ]; }

source_dir() {
  local dir=${skill_dir%/*}
  [ -f "$dir/Dockerfile" ] && grep -q '"name": "autotask-mcp"' "$dir/package.json" 2>/dev/null || return 1
  printf '%s' "$dir"
}

# Gets the newest image: pulls it, or builds it when none is named.
fetch_image() {
  local dir
  if ! built_here; then
    docker pull "$tag"
  elif dir=$(source_dir); then
    # Without a time stamp in it, which would make every build another image.
    BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --pull --tag "$local_image" "$dir"
  else
    fail "No image is named, and there is no repository around this folder to build one from. Set AUTOTASK_MCP_IMAGE in .env."
  fi
}

image_id() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null; }

# What a registry calls the image; for one that was built here, its id.
image_digest() {
  if built_here; then
    image_id "$1"
  else
    docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$1" 2>/dev/null |
      awk -v prefix="$repository@" 'index($0, prefix) == 1 && !found { print substr($0, length(prefix) + 1); found = 1 } END { exit !found }'
  fi
}

# Sets pin to the pinned digest, or to nothing.
read_pin() {
  local line
  pin=''
  [ -f "$pin_file" ] || return 0
  line=$(cat -- "$pin_file")
  [[ $line =~ ^[^@[:space:]]+@sha256:[0-9a-f]{64}$ ]] ||
    fail ".pinned-digest is damaged. Check the image, then run mcp_pin_digest.sh again."
  [ "${line%@*}" = "$repository" ] ||
    fail "The pin is for ${line%@*}, but the image is $repository. Run mcp_pin_digest.sh once the new image was checked."
  pin=${line##*@}
}

# What to start: exactly the pinned image, else whatever the tag stands for on this machine.
image_to_start() {
  if [ -z "$pin" ]; then
    printf '%s' "$tag"
  elif ! built_here; then
    printf '%s' "$repository@$pin"
  elif [ "$(image_id "$tag")" = "$pin" ]; then
    printf '%s' "$tag"
  else
    fail "The image built here is not the pinned one. Check it, then run mcp_pin_digest.sh."
  fi
}

need_image() {
  image_id "$1" >/dev/null && return
  case $1 in
    # A digest can only bring exactly what was pinned.
    *@sha256:*) docker pull "$1" >/dev/null || fail "The pinned image is not on this machine and cannot be pulled." ;;
    *) fail "The image $1 is not on this machine. Run mcp_pull.sh first." ;;
  esac
}
