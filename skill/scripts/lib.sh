# What the scripts share: messages, paths, the checks of Docker and of .env, and the call of Compose.
# Sourced by them, never run. Written for bash 3.2, which macOS still ships.
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by the scripts
umask 077
unset CDPATH
skill_dir=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
env_file=$skill_dir/.env
container=autotask-mcp
endpoint=http://localhost:8080

say() { printf '%s\n' "$@"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Every variable that a script takes from the shell is checked here, before any script does anything: none spans lines,
# HOME is a path from the root, and the number is a number, since bash runs a command that stands in what it reads as one.
check_variables() {
  local LC_ALL=C name
  for name in HOME PATH XDG_CONFIG_HOME DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG AUTOTASK_MCP_IMAGE AUTOTASK_MCP_WAIT_SECONDS; do
    case ${!name:-} in *[[:cntrl:]]*) fail "$name has a line break or another control character in it. Nothing was done." ;; esac
  done
  case ${HOME:-/} in /*) ;; *) fail "HOME is not an absolute path. Nothing was done." ;; esac
  [[ ${AUTOTASK_MCP_WAIT_SECONDS:-90} =~ ^(0|[1-9][0-9]{0,3})$ ]] ||
    fail "AUTOTASK_MCP_WAIT_SECONDS is not a whole number from 0 to 9999. Nothing was done."
}
check_variables

# A relative XDG_CONFIG_HOME counts for nothing, as its specification has it.
case ${XDG_CONFIG_HOME:-} in
  /*) config_dir=$XDG_CONFIG_HOME ;;
  *)
    [ -n "${HOME:-}" ] || fail "HOME is not set, so there is no place for the bearer token."
    config_dir=$HOME/.config
    ;;
esac
# Outside this folder: whoever is let into the folder is not thereby shown the token.
token_file=$config_dir/autotask-mcp/http-token

no_arguments() {
  [ "$#" -eq 0 ] || fail "takes no arguments."
}

need_docker() {
  local answer
  command -v docker >/dev/null 2>&1 ||
    fail "Docker is not installed: there is no docker command. Install Docker Desktop or Docker Engine, then try again."
  docker compose version >/dev/null 2>&1 ||
    fail "Docker has no Compose: 'docker compose version' fails. Install the Compose plugin (version 2), then try again."
  answer=$(docker info --format '{{.ServerVersion}}' 2>&1) && return
  case $answer in
    *[Pp]ermission\ denied*)
      fail "This user may not talk to the Docker daemon. Add the user to the group docker, or use rootless Docker." ;;
    *)
      fail "The Docker daemon does not answer. Start Docker Desktop, or on Linux: sudo systemctl start docker." ;;
  esac
}

# Mode, numeric owner and group of a file, the same on Linux and macOS: "-rw------- 1000 1000".
file_facts() {
  # shellcheck disable=SC2012 # stat takes other options on macOS, and the name is not parsed
  LC_ALL=C ls -ldnL -- "$1" | awk 'NR == 1 { print substr($1, 1, 10), $3, $4 }'
}

# Changes when a file is edited and when another one takes its place: a container goes on seeing the old one.
file_stamp() {
  local changed
  # With nanoseconds on Linux, where the number of a deleted file is soon given to another.
  changed=$(date -r "$1" +%s%N 2>/dev/null || stat -f %m "$1")
  # shellcheck disable=SC2012 # the name is not parsed
  printf '%s-%s' "$changed" "$(ls -diL -- "$1" | awk 'NR == 1 { print $1 }')"
}

need_private() {
  case $(file_facts "$1") in
    -???------\ *) ;;
    *) fail "$2 can be read by others. Only its owner may: chmod 600 \"$1\"" ;;
  esac
}

# The value of a variable in .env that is no secret. Nothing here may be used for the credentials.
setting() {
  local line value=''
  [ -r "$env_file" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    case $line in "$1="*) value=${line#*=} ;; esac
  done <"$env_file"
  case $value in \'*\' | \"*\" | \`*\`) value=${value#?} value=${value%?} ;; esac
  printf '%s' "$value"
}

# .env must exist, be private, and be written so that every reader of such files reads the same from it.
# Messages name the line and the variable, never a value.
need_env_file() {
  local line name value number=0 given=' '
  local plain='^[^[:space:]"'\''`#\\]([^#]*[^[:space:]#])?$'
  # shellcheck disable=SC2016 # the backticks are meant as they stand
  local quoted='^("[^"\\]*"|'\''[^'\'']*'\''|`[^`]*`)$'
  [ -f "$env_file" ] ||
    fail "There is no .env. Make it with 'cp .env.example.txt .env' and 'chmod 600 .env', then fill it in by hand."
  need_private "$env_file" .env
  [ -r "$env_file" ] || fail "This user may not read .env."
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line=${line%$'\r'}
    case $line in '' | '#'*) continue ;; esac
    [[ $line =~ ^[A-Za-z_][A-Za-z0-9_]*= ]] ||
      fail "Line $number of .env is not NAME=value (no spaces around =, nothing before the name)."
    name=${line%%=*} value=${line#*=}
    if [ -n "$value" ] && ! [[ $value =~ $plain ]] && ! [[ $value =~ $quoted ]]; then
      fail "Line $number of .env: put the value of $name in single quotes."
    fi
    case $value in '' | '""' | "''" | '``') given=${given// $name / } ;; *) given="$given$name " ;; esac
  done <"$env_file"
  for name in AUTOTASK_USERNAME AUTOTASK_SECRET AUTOTASK_INTEGRATION_CODE; do
    case $given in *" $name "*) ;; *) fail "$name is not filled in. Edit .env by hand." ;; esac
  done
  case $given in *" AUTOTASK_HTTP_TOKEN"*)
    fail "The bearer token is made by mcp_up.sh. Take AUTOTASK_HTTP_TOKEN... out of .env." ;;
  esac
}

# user:group that the server runs as. Secret files keep their owner inside a container, so it is theirs.
container_user() {
  local engine owner
  engine=$(docker info --format '{{.OperatingSystem}} {{.SecurityOptions}}')
  case "$(uname -s) $engine" in
    # The container's root is this unprivileged user, and others cannot read this user's files.
    *name=rootless* | 'Linux Docker Desktop'*) echo 0:0 && return ;;
    *name=userns*) fail "This engine remaps users (userns-remap), so that a container cannot read private files. Use rootless Docker instead." ;;
  esac
  owner=$(file_facts "$env_file" | awk '{ print $2 ":" $3 }')
  case $owner in
    0:*) fail ".env belongs to root, and the server never runs as root. Give the file away: chown 65532:65532 \"$env_file\"" ;;
  esac
  printf '%s' "$owner"
}

# Makes the bearer token once. It is never printed: not here, not by any script.
ensure_token() {
  local folder=${token_file%/*} owner=$1 new
  if [ ! -e "$token_file" ]; then
    mkdir -p -- "$folder"
    chmod 700 "$folder"
    new=$(mktemp "$token_file.XXXXXX")
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n' >"$new"
    # Two starts at once must not each have a token of their own: the first one to put it there wins.
    mv -n -- "$new" "$token_file" || true
    rm -f -- "$new"
    say "Made a bearer token."
  fi
  [ -s "$token_file" ] || fail "The file of the bearer token is empty. Delete it, and a new one is made: $token_file"
  # Only root can give a file away, and only for root is it somebody else's.
  if [ "$(id -u)" -eq 0 ] && [ "$owner" != 0:0 ]; then chown -- "$owner" "$token_file"; fi
  need_private "$token_file" "The bearer token"
}

# Compose must not read .env: it would expand what looks like a variable in a secret, and name it in a warning.
compose() {
  local files=''
  if [ -f "$env_file" ]; then files=$(file_stamp "$env_file"); fi
  if [ -f "$token_file" ]; then files=$files/$(file_stamp "$token_file"); fi
  AUTOTASK_MCP_IMAGE=${image:-autotask-mcp:local} \
    AUTOTASK_MCP_USER=${user:-65532:65532} \
    AUTOTASK_MCP_TOKEN_FILE=$token_file \
    AUTOTASK_MCP_FILES=$files \
    NODE_ENV=$(setting NODE_ENV) \
    COMPOSE_DISABLE_ENV_FILE=1 \
    docker compose --project-name autotask-mcp --project-directory "$skill_dir" \
    --file "$skill_dir/docker-compose.yml" --env-file /dev/null "$@"
}

# Starts the given image as the given user and waits until it is healthy; false when it does not get there.
start() {
  image=$1 user=$2
  compose up --detach --no-build || return 1
  say "Waiting until the server is healthy."
  wait_until_healthy "${AUTOTASK_MCP_WAIT_SECONDS:-90}"
}

wait_until_healthy() {
  local state end
  SECONDS=0
  end=$1
  while [ "$SECONDS" -le "$end" ]; do
    state=$(docker container inspect --format '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}' "$container" 2>/dev/null) ||
      state=missing
    case $state in
      'running healthy') return 0 ;;
      *unhealthy | exited* | dead* | missing) return 1 ;;
    esac
    sleep 1
  done
  return 1
}
