#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads a file of this program's own state, or adds to it.
#
# Arguments: "read" or "append"; "system" for the host's own libvirt, anything else for the user's; the file's name; how many of its
#            lines are kept, the oldest go.
# Reads:     when appending, what to add: one line.
# Prints:    when reading, the file's last lines, nothing if there is no file. On standard error why the folder is not trusted, with
#            exit status 1.
# Runs on:   the host of the page or command line, POSIX sh; as root for the host's own libvirt.
#
# Trusts nothing that another user could have put there: root writes here, and a link could lead it to any file of the host. The
# folder must be a real one (stat does not follow a link), the one that was entered, and of the user who runs this. No name in it
# is looked at before only they can write there.
set -eu
action=$1
case $2 in
  system) dir=/var/lib/cockpit-migrate ;;
  *) dir=${XDG_STATE_HOME:-${HOME:?}/.local/state}/cockpit-migrate ;;
esac
file=$3
most_lines=$4
umask 077

refuse() {
  printf '%s\n' "$1 Nothing was read from it or written to it." >&2
  exit 1
}

# Changes to the folder.
enter() {
  if [ -L "$dir" ]; then refuse "$dir is a link."; fi
  cd -P -- "$dir"
  if [ "$(stat -c %d:%i -- "$dir")" != "$(stat -c %d:%i .)" ]; then refuse "$dir is a link."; fi
  if [ "$(stat -c %u .)" != "$(id -u)" ]; then refuse "$dir belongs to another user."; fi
}

# check NAME: it is a plain file of this user, or nothing.
check() {
  if [ -L "$1" ]; then refuse "$dir/$1 is a link."; fi
  [ -e "$1" ] || return 0
  if ! [ -f "$1" ]; then refuse "$dir/$1 is no file."; fi
  if [ "$(stat -c %u -- "$1")" != "$(id -u)" ]; then refuse "$dir/$1 belongs to another user."; fi
  if [ "$(stat -c %h -- "$1")" != 1 ]; then refuse "$dir/$1 has a second name elsewhere."; fi
}

# Changes nothing: the next writer corrects permissions that are too wide.
read_file() {
  { [ -e "$dir" ] || [ -L "$dir" ]; } || exit 0
  enter
  case $(stat -c %A .) in
    ?????w???? | ????????w?) refuse "$dir can be written by others." ;;
  esac
  check "$file"
  [ ! -e "$file" ] || tail -n "$most_lines" -- "$file"
}

# One line, whole, whoever else writes; the file is cut when it has grown to twice what is kept. Versions before wrote the file for
# everybody to read: it is closed here.
append_line() {
  [ -L "$dir" ] || mkdir -p -- "$dir"
  enter
  chmod 0700 .
  check lock
  check "$file"
  exec 9>>lock
  flock 9
  # Whoever wrote last may have ended in the middle: what they left of a line is a line of its own, and takes no other one with it.
  if [ -s "$file" ] && [ -n "$(tail -c 1 -- "$file")" ]; then echo >>"$file"; fi
  cat >>"$file"
  chmod 0600 lock "$file"
  if [ "$(wc -l <"$file")" -gt $((2 * most_lines)) ]; then
    rm -f -- "$file.new"
    tail -n "$most_lines" -- "$file" >"$file.new"
    mv -f -- "$file.new" "$file"
  fi
}

case $action in
  read) read_file ;;
  append) append_line ;;
  *) exit 2 ;;
esac
