#!/usr/bin/env bash
# Has mcp_update.sh run every Sunday at 3 AM: by a LaunchAgent on macOS, by a systemd user timer on Linux.
# No crontab is touched. Installing again replaces what was installed.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/cron.sh"
no_arguments "$@"
need_docker
need_scheduler
need_env_file
if [ -n "${AUTOTASK_MCP_IMAGE:-}" ] && [ "$AUTOTASK_MCP_IMAGE" != "$(setting AUTOTASK_MCP_IMAGE)" ]; then
  fail "AUTOTASK_MCP_IMAGE is set in this shell only, which the weekly job will not see. Put it into .env."
fi
update=$skill_dir/scripts/mcp_update.sh
case $update in *$'\n'*) fail "cannot schedule a script whose path has a line break." ;; esac
docker_path=$(command -v docker)
case $docker_path in /*) ;; *) fail "docker is not found by an absolute path, which the weekly job needs." ;; esac

# What the job needs of this shell's environment: where docker is, and which engine it talks to.
environment=("PATH=${docker_path%/*}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
for name in DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG XDG_CONFIG_HOME; do
  if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
done

unit_word() { printf '"%s"' "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/%/%%/g')"; }
xml_text() { printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'; }

write_service() {
  local pair
  echo "[Unit]"
  echo "Description=Weekly update of the Autotask MCP server"
  echo
  echo "[Service]"
  echo "Type=oneshot"
  for pair in "${environment[@]}"; do echo "Environment=$(unit_word "$pair")"; done
  # A colon keeps systemd from expanding $ in the path; Environment= does not expand it anyway.
  echo "ExecStart=:/usr/bin/env bash $(unit_word "$update")"
  echo "TimeoutStartSec=30min"
  echo "NoNewPrivileges=true"
}

write_timer() {
  cat <<END
[Unit]
Description=Weekly update of the Autotask MCP server

[Timer]
OnCalendar=Sun *-*-* 03:00:00
Persistent=true

[Install]
WantedBy=timers.target
END
}

write_plist() {
  local pair
  cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>$job</string>
  <key>ProgramArguments</key>
  <array>
    <string>/bin/bash</string>
    <string>$(xml_text "$update")</string>
  </array>
  <key>StartCalendarInterval</key>
  <dict>
    <key>Weekday</key>
    <integer>0</integer>
    <key>Hour</key>
    <integer>3</integer>
    <key>Minute</key>
    <integer>0</integer>
  </dict>
  <key>EnvironmentVariables</key>
  <dict>
END
  for pair in "${environment[@]}"; do
    echo "    <key>${pair%%=*}</key>"
    echo "    <string>$(xml_text "${pair#*=}")</string>"
  done
  cat <<END
  </dict>
  <key>StandardOutPath</key>
  <string>$(xml_text "$skill_dir/logs/cron.log")</string>
  <key>StandardErrorPath</key>
  <string>$(xml_text "$skill_dir/logs/cron.log")</string>
</dict>
</plist>
END
}

mkdir -p -- "${job_files[0]%/*}" "$skill_dir/logs"
if [ "$scheduler" = launchd ]; then
  write_plist >"${job_files[0]}"
  unload_agent
  launchctl bootstrap "gui/$(id -u)" "${job_files[0]}" || fail "launchctl did not take ${job_files[0]}."
else
  write_service >"${job_files[0]}"
  write_timer >"${job_files[1]}"
  systemctl --user daemon-reload
  systemctl --user enable --now "$job.timer" || fail "systemd did not take ${job_files[1]}."
fi
say "mcp_update.sh runs every Sunday at 3 AM. What it does stands in logs/update.log." "Installed:" "${job_files[@]/#/  }"
