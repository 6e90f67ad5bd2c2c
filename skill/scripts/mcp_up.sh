#!/usr/bin/env bash
# Starts the server in the background and waits until it is healthy. Starting what runs changes nothing.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/image.sh"
no_arguments "$@"
need_docker
need_env_file
choose_image
read_pin
chosen=$(image_to_start)
need_image "$chosen"
owner=$(container_user)
ensure_token "$owner"
start "$chosen" "$owner" || fail "The server did not become healthy. See mcp_logs.sh for what it says."
cat <<END
The server is healthy.
  Health:  $endpoint/health
  MCP:     $endpoint/mcp

A client sends a bearer token, which stands in a file that only its owner can read:
  $token_file
For the person at the keyboard: open that file yourself, and hand the token to your client as
AUTOTASK_HTTP_TOKEN. An assistant must not open it.

Configuration of a client, without the token:
{
  "mcpServers": {
    "autotask": {
      "type": "http",
      "url": "$endpoint/mcp",
      "headers": { "Authorization": "Bearer \${AUTOTASK_HTTP_TOKEN}" }
    }
  }
}
END
