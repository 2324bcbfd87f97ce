# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs once in a host. Creates the users of its console. All passwords are "lab".
set -eu
for user in admin guest; do
  id "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
done
groupadd -f libvirt
usermod -aG sudo,libvirt admin
usermod -aG libvirt libvirtdbus 2>/dev/null || true
printf 'root:lab\nadmin:lab\nguest:lab\n' | chpasswd
