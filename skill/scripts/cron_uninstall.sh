#!/usr/bin/env bash
# Removes the weekly update and everything that was installed for it. The server is left alone.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR
. "$(dirname -- "${BASH_SOURCE[0]}")/cron.sh"
no_arguments "$@"
if [ ! -e "${job_files[0]}" ] && [ ! -e "${job_files[${#job_files[@]} - 1]}" ]; then
  say "No weekly update is installed."
  exit 0
fi
need_scheduler
if [ "$scheduler" = launchd ]; then
  unload_agent
  rm -f -- "${job_files[@]}"
else
  systemctl --user disable --now "$job.timer"
  # The stamp of a persistent timer.
  systemctl --user clean --what=state "$job.timer" 2>/dev/null || true
  rm -f -- "${job_files[@]}"
  systemctl --user daemon-reload
  rmdir -- "$unit_dir" "${unit_dir%/*}" 2>/dev/null || true
fi
rm -f -- "$skill_dir/logs/cron.log"
say "The weekly update is removed."
