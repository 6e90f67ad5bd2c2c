# Where the weekly job stands on this system. Sourced by cron_install.sh and cron_uninstall.sh.
# shellcheck shell=bash source-path=SCRIPTDIR
# shellcheck disable=SC2034 # what is set here is used by the scripts
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
job=autotask-mcp-update
case "$(uname -s)" in
  Darwin)
    scheduler=launchd
    job_files=("${HOME:?is not set}/Library/LaunchAgents/$job.plist")
    ;;
  Linux)
    scheduler=systemd
    unit_dir=$config_dir/systemd/user
    job_files=("$unit_dir/$job.service" "$unit_dir/$job.timer")
    ;;
  *) fail "knows macOS (LaunchAgent) and Linux (systemd user timer) only. Have your own scheduler run mcp_update.sh." ;;
esac

# Unloads the LaunchAgent if it is loaded, and waits until launchd has let go of it.
unload_agent() {
  local try
  launchctl bootout "gui/$(id -u)/$job" 2>/dev/null || return 0
  for try in 1 2 3 4 5; do
    launchctl print "gui/$(id -u)/$job" >/dev/null 2>&1 || return 0
    sleep 1
  done
}

need_scheduler() {
  if [ "$scheduler" = launchd ]; then
    command -v launchctl >/dev/null 2>&1 || fail "There is no launchctl."
  else
    command -v systemctl >/dev/null 2>&1 ||
      fail "There is no systemd. Have your own scheduler run mcp_update.sh."
    systemctl --user show-environment >/dev/null 2>&1 ||
      fail "This user has no systemd of its own running. Log in as that user (not through sudo or su), then try again."
  fi
}
