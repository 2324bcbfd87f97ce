#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Reports what libvirt needs on a destination: programs, sockets and rights. It changes nothing.
#
# Arguments: 1  a random mark
# Prints:    lines that begin with the mark: "user NAME", "groups NAME...", "system ID ID_LIKE...", and "has WHAT" for each of helper
#            (virt-ssh-helper), nc, daemon (libvirtd or virtqemud), running (its socket exists), open (this user may use the socket)
# Runs on:   the destination, as the user as whom libvirt signs in. A POSIX shell.
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
say() {
  printf '%s %s\n' "$mark" "$1"
}
mark=$1
say "user $(id -un)"
say "groups $(id -Gn)"
ID=
ID_LIKE=
# shellcheck source=/dev/null
[ -r /etc/os-release ] && . /etc/os-release
say "system $ID $ID_LIKE"
command -v virt-ssh-helper >/dev/null && say 'has helper'
command -v nc >/dev/null && say 'has nc'
for daemon in libvirtd virtqemud; do
  command -v "$daemon" >/dev/null && say 'has daemon'
done
for socket in /run/libvirt/libvirt-sock /run/libvirt/virtqemud-sock; do
  [ -S "$socket" ] && say 'has running'
  [ -S "$socket" ] && [ -w "$socket" ] && say 'has open'
done
say end
