#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs ssh, and passes its questions (a password, a second factor) to standard output and the answers from standard input. An answer is in
# no argument, environment or file. It goes through pipes only, and each shell clears it after use.
#
# Arguments: a random mark, then ssh and its arguments.
# Reads:     MARK answer TEXT   the answer to the last question
#            All other lines go to ssh.
# Prints:    what ssh prints, and between marks:
#              MARK ask HEX MARK    a question, as hexadecimal bytes
#              MARK tell HEX MARK   a request that needs no answer (touch the security key)
#              MARK nowhere MARK    every folder is mounted noexec; ssh was not started
# Runs on:   the host of the page or command line, POSIX sh. ssh from 8.4 obeys SSH_ASKPASS_REQUIRE; older ones need DISPLAY and no terminal.
mark=$1
shift
umask 077
folder=''
feeder=''
child=''
leave() {
  trap '' HUP INT TERM
  # shellcheck disable=SC2086 # Either may not be started yet.
  kill $feeder $child 2>/dev/null
  [ -n "$folder" ] && rm -rf -- "$folder"
}
trap leave EXIT
trap 'exit 143' HUP INT TERM
# Hardened hosts mount /tmp with noexec, and some of them /run.
for place in "${TMPDIR:-/tmp}" /run "$HOME"; do
  folder=$(mktemp -d -- "$place/cockpit-migrate-ask.XXXXXX" 2>/dev/null) || continue
  cat >"$folder/askpass" <<'ASKPASS'
#!/bin/sh
[ $# -gt 0 ] || exit 0
folder=${0%/*}
IFS= read -r mark <"$folder/mark"
question=$(printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n')
if [ "${SSH_ASKPASS_PROMPT:-}" = none ]; then
  printf '%s tell %s %s\n' "$mark" "$question" "$mark" >&2
  exec sleep 120
fi
printf '%s ask %s %s\n' "$mark" "$question" "$mark" >&2
IFS= read -r answer <"$folder/answer" || exit 1
printf '%s\n' "$answer"
ASKPASS
  chmod 700 "$folder/askpass"
  "$folder/askpass" 2>/dev/null && break
  rm -rf -- "$folder"
  folder=''
done
[ -n "$folder" ] || {
  printf '%s nowhere %s\n' "$mark" "$mark"
  exit 126
}
mkfifo "$folder/answer" "$folder/input" || exit
printf '%s\n' "$mark" >"$folder/mark"
exec 3<&0
while IFS= read -r line; do
  case $line in
    "$mark answer "*) printf '%s\n' "${line#"$mark answer "}" >"$folder/answer" ;;
    *) printf '%s\n' "$line" ;;
  esac
  line=''
done <&3 >"$folder/input" &
feeder=$!
SSH_ASKPASS=$folder/askpass SSH_ASKPASS_REQUIRE=force DISPLAY=${DISPLAY:-none:0} "$@" <"$folder/input" 3<&- &
child=$!
exec 3<&-
wait "$child"
status=$?
leave
exit "$status"
