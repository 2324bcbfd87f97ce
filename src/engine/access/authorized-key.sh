#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Adds a line to authorized_keys of the user who runs this, or removes it. The file keeps its mode, owner, label and other lines.
#
# Arguments: 1  a random mark
#            2  add or remove
#            3  the key field (base64), which also finds a line with other options
#            4  the complete line
# Prints:    between marks, one of
#              added FILE, removed FILE
#              present FILE    the file already has the key
#              absent FILE     the file does not have the line
#              failed WHY
# Runs on:   the destination, as the user whom libvirt signs in as. A POSIX shell.
export LC_ALL=C
umask 077
end() {
  printf '%s %s %s\n' "$mark" "$1" "$mark"
  exit
}
mark=$1
action=$2
key=$3
line=$4
home=$(getent passwd "$(id -u)" 2>/dev/null | cut -d : -f 6)
home=${home:-$HOME}
file=$home/.ssh/authorized_keys
if [ "$(id -u)" = 0 ]; then
  # Only root may read the configuration of sshd.
  PATH=$PATH:/usr/sbin:/sbin
  configured=$(sshd -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null | sed -n 's/^authorizedkeysfile //p' | cut -d ' ' -f 1)
  case $configured in
    '') ;;
    none) end 'failed sshd looks at no authorized_keys (AuthorizedKeysFile none)' ;;
    %h/*) file=$home/${configured#%h/} ;;
    */%u) file=${configured%%%u}root ;;
    *%*) end "failed AuthorizedKeysFile $configured" ;;
    /*) file=$configured ;;
    *) file=$home/$configured ;;
  esac
fi
folder=${file%/*}
case $action in
  add)
    grep -v '^[[:space:]]*#' "$file" 2>/dev/null | grep -q -F -e "$key" && end "present $file"
    why=$(mkdir -p -- "$folder" 2>&1) || end "failed $why"
    # If the last line has no line break, ours would become a part of it.
    if [ -s "$file" ] && [ -n "$(tail -c 1 -- "$file")" ]; then
      echo >>"$file"
    fi
    why=$( (printf '%s\n' "$line" >>"$file") 2>&1) || end "failed $why"
    grep -q -x -F -e "$line" "$file" || end "failed $file"
    command -v restorecon >/dev/null 2>&1 && restorecon "$folder" "$file" 2>/dev/null
    end "added $file"
    ;;
  remove)
    grep -q -x -F -e "$line" "$file" 2>/dev/null || end "absent $file"
    others=$(mktemp -- "$folder/.authorized_keys.XXXXXX") || end "failed $folder"
    grep -v -x -F -e "$line" "$file" >"$others"
    # Not `mv`, so that the file keeps its mode, owner and label.
    cat -- "$others" >"$file" || end "failed $file"
    rm -f -- "$others"
    [ -s "$file" ] || rm -f -- "$file"
    end "removed $file"
    ;;
esac
