#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads and changes root's ssh files: keys and known hosts.
#
# Arguments: 1  what to do
#            keys     2... files from which ssh reads keys
#            make     2 file, 3 type, 4 comment: a key without a passphrase; existing files are not changed
#            unmake   2 file, 3 the key field (base64): removes only that key
#            known    2 the name of a host, 3... known_hosts files
#            trust    2 file, 3 yes to hash names, 4 the name, 5... keys ("ssh-ed25519 AAAA...")
#            append   2 file, 3... lines
#            remove   2 file, 3... lines
# Prints:    keys     "host NAME" of this host, and for each file "usable N LINE", "locked N" or "free N"
#            make     "usable 1 LINE"
#            known    "at N LINENUMBER" and then the line, for each line of file N
#            trust    "added LINE" for each line
# Exit:      0, or 1 with the reason on standard error
# Runs on:   the host of the page or command line, as root. A POSIX shell and OpenSSH.
export LC_ALL=C
umask 077

# If the last line has no line break, the next one would become a part of it.
append() {
  mkdir -p -- "${1%/*}" || exit 1
  if [ -s "$1" ] && [ -n "$(tail -c 1 -- "$1")" ]; then
    echo >>"$1"
  fi
  cat >>"$1" || exit 1
}

action=$1
shift
case $action in
  keys)
    printf 'host %s\n' "$(uname -n)"
    number=0
    for file; do
      number=$((number + 1))
      if line=$(ssh-keygen -y -P '' -f "$file" 2>/dev/null </dev/null) && [ -n "$line" ]; then
        printf 'usable %s %s\n' "$number" "$line"
      elif [ -e "$file" ] || [ -e "$file.pub" ]; then
        printf 'locked %s\n' "$number"
      else
        printf 'free %s\n' "$number"
      fi
    done
    ;;
  make)
    file=$1
    if [ -e "$file" ] || [ -e "$file.pub" ]; then
      printf '%s: already there\n' "$file" >&2
      exit 1
    fi
    mkdir -p -- "${file%/*}" && ssh-keygen -q -t "$2" -N '' -C "$3" -f "$file" </dev/null || exit 1
    printf 'usable 1 %s\n' "$(cat -- "$file.pub")"
    ;;
  unmake)
    file=$1
    case $(ssh-keygen -y -P '' -f "$file" </dev/null) in
      *" $2" | *" $2 "*) rm -f -- "$file" "$file.pub" ;;
      *)
        printf '%s: another key\n' "$file" >&2
        exit 1
        ;;
    esac
    ;;
  known)
    host=$1
    shift
    number=0
    for file; do
      number=$((number + 1))
      [ -f "$file" ] || continue
      ssh-keygen -F "$host" -f "$file" 2>/dev/null | sed "s/^# Host .* found: line \([0-9]*\).*/at $number \1/"
    done
    ;;
  trust)
    file=$1
    hash=$2
    host=$3
    shift 3
    folder=$(mktemp -d) || exit 1
    for key; do
      printf '%s %s\n' "$host" "$key"
    done >"$folder/new"
    if [ "$hash" = yes ]; then
      ssh-keygen -q -H -f "$folder/new" >/dev/null 2>&1 || {
        rm -rf -- "$folder"
        exit 1
      }
    fi
    append "$file" <"$folder/new"
    sed 's/^/added /' "$folder/new"
    rm -rf -- "$folder"
    ;;
  append)
    file=$1
    shift
    for line; do
      printf '%s\n' "$line"
    done | append "$file"
    ;;
  remove)
    file=$1
    shift
    [ -f "$file" ] || exit 0
    others=$(mktemp -- "${file%/*}/.cockpit-migrate.XXXXXX") || exit 1
    cat -- "$file" >"$others"
    for line; do
      grep -v -x -F -e "$line" "$others" >"$others.next"
      cat -- "$others.next" >"$others"
    done
    # Not `mv`, so that the file keeps its mode, owner and label.
    cat -- "$others" >"$file" || exit 1
    rm -f -- "$others" "$others.next"
    [ -s "$file" ] || rm -f -- "$file"
    ;;
esac
