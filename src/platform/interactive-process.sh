#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts a program and hands lines from standard input on to it, except those that are meant for this script.
#
# Arguments: a mark that nobody can guess, then the program and its arguments.
# Reads:     lines that begin with the mark:
#              MARK clock                prints this host's clock
#              MARK file NAME TEXT       keeps a line of text in a file of that name
#              MARK zeros BYTES SECONDS  sends the program zeros, at most so many and for so long, and ends that line
#            All others go to the program.
# Prints:    what the program prints, and lines of its own:
#              MARK begun FOLDER         the program is started; FOLDER holds the files
#              MARK missing PROGRAM      there is no such program (exit status 127)
#              MARK clock SECONDS        since 1970
#              MARK ended STATUS         the program has ended
# Runs on:   the host of the page or command line, POSIX sh.
#
# The folder goes when the program has ended, however it ends. What the program itself wants to remember (the history of
# virsh) goes with it. The program runs in the root folder, as those that libvirtd starts do: a relative name in a URI means the
# same to both.
mark=$1
shift
cd /
command -v "$1" >/dev/null || {
  printf '%s missing %s\n' "$mark" "$1"
  exit 127
}
folder=''
feeder=''
child=''
leave() {
  # Whoever ends all of us at once does not end this.
  trap '' HUP INT TERM
  # shellcheck disable=SC2086 # Either may not be started yet.
  kill $feeder $child 2>/dev/null
  rm -rf -- "$folder"
}
trap leave EXIT
trap 'exit 143' HUP INT TERM
folder=$(mktemp -d) && mkfifo "$folder/input" || exit
export XDG_CACHE_HOME="$folder"
printf '%s begun %s\n' "$mark" "$folder"
exec 3<&0 5>&1
while IFS= read -r line; do
  case $line in
    "$mark clock") printf '%s %s\n' "$line" "$(date +%s.%N)" >&5 ;;
    "$mark file "*)
      line=${line#"$mark file "}
      printf '%s\n' "${line#* }" >"$folder/${line%% *}"
      ;;
    "$mark zeros "*)
      line=${line#"$mark zeros "}
      timeout "${line#* }" head -c "${line% *}" /dev/zero
      echo
      ;;
    *) printf '%s\n' "$line" ;;
  esac
done <&3 >"$folder/input" &
feeder=$!
"$@" <"$folder/input" 3<&- 5>&- &
child=$!
exec 3<&-
wait "$child"
status=$?
leave
printf '%s ended %s\n' "$mark" "$status"
exit "$status"
