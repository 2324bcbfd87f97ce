#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Looks after stand-ins on a host: what stands against one, what the log of one says, and the files that libvirt leaves of one.
#
# Arguments:  1  what to do: inspect, log, remove or alive
#             2  system or session: whose libvirt
#             inspect: nothing more. Files of stand-ins that are older than 10 minutes are removed.
#             log:     3  the name of a stand-in
#             remove:  3  the name, 4  the UUID of a stand-in that libvirt does not know any more
#             alive:   3  a process, 4  when it began
# Prints:     inspect: "owner PID BEGAN" of this shell, "logs" if it may remove QEMU's logs, and "hook PATH" for each program that
#                      libvirt runs for each VM
#             log:     the end of QEMU's log
#             remove:  "remains PATH" for each file that could not be removed
#             alive:   "alive" if that process still runs
# Runs on:    the source as root or as the user of the session, the destination as the user of ssh. A POSIX shell and findutils.
#
# Try it:     sh stand-in-host.sh inspect system
export LC_ALL=C
action=$1
names='cockpit-migrate-rehearsal-'
uuids='c0c7a17e-5a7d-4'
if [ "$2" = session ]; then
  logs=$HOME/.cache/libvirt/qemu/log
  nvram=$HOME/.config/libvirt/qemu/nvram
  tpm=$HOME/.config/libvirt/qemu/swtpm
  tpm_logs=$logs
  hooks=
else
  logs=/var/log/libvirt/qemu
  nvram=/var/lib/libvirt/qemu/nvram
  tpm=/var/lib/libvirt/swtpm
  tpm_logs=/var/log/swtpm/libvirt/qemu
  hooks=/etc/libvirt/hooks
fi

# The start time of a process in the kernel's ticks. Its name, in brackets before, may contain anything.
began() {
  sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

case $action in
  inspect)
    echo "owner $$ $(began $$)"
    [ -w "$logs" ] && [ -x "$logs" ] && echo logs
    if [ -n "$hooks" ]; then
      for hook in "$hooks/qemu" "$hooks"/qemu.d/*; do
        [ -f "$hook" ] && [ -x "$hook" ] && printf 'hook %s\n' "$hook"
      done
    fi
    for folder in "$logs" "$nvram" "$tpm_logs"; do
      [ -d "$folder" ] && find "$folder" -maxdepth 1 -type f -name "$names*" -mmin +10 -exec rm -f -- '{}' ';'
    done
    [ -d "$tpm" ] && find "$tpm" -maxdepth 1 -type d -name "$uuids*" -mmin +10 -exec rm -rf -- '{}' ';'
    ;;
  log)
    tail -n 60 -- "$logs/$3.log"
    ;;
  remove)
    case $3/$4 in
      */*/* | *..*) exit 1 ;;
      "$names"?*/"$uuids"?*) ;;
      *) exit 1 ;;
    esac
    for file in "$logs/$3.log" "$nvram/$3_VARS.fd" "$tpm_logs/$3-swtpm.log" "$tpm/$4"; do
      rm -rf -- "$file" 2>/dev/null
      [ -e "$file" ] && printf 'remains %s\n' "$file"
    done
    ;;
  alive)
    [ "$(began "$3")" = "$4" ] && echo alive
    ;;
esac
true
