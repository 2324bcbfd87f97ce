# SPDX-License-Identifier: LGPL-2.1-or-later
# The file systems that booted hosts start from: one tree for each generation of Debian, made once by debootstrap and kept outside
# of the checkout. The Debian mirror is the one that this machine's own apt uses.

# What a host of the lab has, by Debian's names. ?a: only where apt knows it (Debian 13 cut libvirt's daemon into more packages).
tree_packages=(
  # a system that boots and that people sign in to
  systemd systemd-sysv systemd-container dbus libpam-systemd polkitd pkexec sudo openssh-server openssh-client passwd procps psmisc
  python3 iproute2 nftables netcat-openbsd ca-certificates openssl
  # libvirt and QEMU
  libvirt-daemon-system libvirt-clients libvirt-dbus libvirt-daemon-driver-qemu '?libvirt-daemon-driver-storage'
  '?libvirt-daemon-driver-network' '?libvirt-daemon-driver-nodedev' '?libvirt-daemon-driver-secret' '?libvirt-daemon-driver-nwfilter'
  '?libvirt-daemon-driver-interface' '?libvirt-daemon-log' '?libvirt-daemon-lock' qemu-system-x86 qemu-utils seabios ovmf swtpm
  swtpm-tools gnutls-bin glusterfs-server glusterfs-client
  # the web console, and Node for the command line tool
  cockpit-ws cockpit-bridge cockpit-system nodejs
)

# Of these the versions are written down.
tree_versions=(systemd dbus polkitd sudo openssh-server libvirt-daemon-system libvirt-dbus qemu-system-x86 ovmf cockpit-ws cockpit-bridge
  glusterfs-server nodejs)

# The code name of a generation of Debian.
tree_suite() {
  case $1 in
    12) echo bookworm ;;
    13) echo trixie ;;
    14) echo forky ;;
    *) die "no such generation: $1 (12, 13 or 14)" ;;
  esac
}

# Where the tree of a generation is, or will be. The name tells what it was made of, by what recipe.
tree_path() {
  local generation=$1 recipe
  tree_suite "$generation" >/dev/null
  recipe=$({ echo "${tree_packages[@]}" -- "${tree_versions[@]}"; cat "$here/lib/tree-install.sh"; } | sha256sum | cut -c 1-12)
  echo "$cache/$generation-$recipe"
}

# The mirror of Debian that this machine's apt reads, without the security archive.
tree_mirror() {
  local mirror
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(SITE) $(REPO_URI) $(ORIGIN)' 'Created-By: Packages' 2>/dev/null |
    awk '$3 == "Debian" && $2 !~ /security/ { print $2; exit }')
  # shellcheck disable=SC2016
  [ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    grep '/debian/*$' | head -n 1)
  [ -n "$mirror" ] || die "this machine's apt names no mirror of Debian; booted hosts are made from one"
  echo "$mirror"
}

# Makes the tree of a generation unless it is there. Two labs may want it at once: one builds, the other waits.
tree_ensure() {
  local generation=$1 path
  path=$(tree_path "$generation")
  mkdir -p "$cache"
  (
    flock --timeout 1800 9 || die "waited 30 minutes for another lab to build the tree of Debian $generation"
    if [ -f "$path/versions.json" ]; then
      touch "$path/versions.json"
      exit
    fi
    command -v debootstrap >/dev/null || die "debootstrap is not installed (on Debian and Ubuntu: $repo/tools/ensure-packages lab)"
    # Of an older recipe, and not used for a week.
    find "$cache" -maxdepth 2 -path "$cache/$generation-*/versions.json" -mtime +7 -printf '%h\0' | xargs -0 -r rm -rf
    rm -rf "$cache/$generation-building"
    mkdir "$cache/$generation-building"
    tree_build "$generation" "$cache/$generation-building" >"$cache/$generation-building.log" 2>&1 ||
      die "the tree of Debian $generation was not built: $(tail -n 5 "$cache/$generation-building.log"); all of it: $cache/$generation-building.log"
    mv -T "$cache/$generation-building" "$path"
    rm -f "$cache/$generation-building.log"
  ) 9>"$cache/$generation.lock"
}

# The same for several at once: most of the time of one is waiting for the mirror.
trees_ensure() {
  local generation
  for generation in $(printf '%s\n' "$@" | sort -u); do tree_ensure "$generation" & done
  wait_all
}

tree_build() {
  local generation=$1 directory=$2 suite mirror script=''
  suite=$(tree_suite "$generation")
  mirror=$(tree_mirror)
  # This machine's debootstrap may be older than the suite.
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=/usr/share/debootstrap/scripts/sid
  # What this machine's apt is told about its mirror, for the apt of the tree.
  apt-config dump Acquire::http Acquire::https Acquire::Check-Valid-Until Acquire::Check-Date >"$directory/apt.conf" 2>/dev/null
  # In namespaces of its own: whatever happens, no mount and no process of it stays.
  timeout --kill-after 10 1500 nice unshare --mount --uts --ipc --pid --fork --kill-child=SIGKILL \
    bash "$here/lib/tree-install.sh" "$directory" "$suite" "$mirror" "$script" "${tree_packages[@]}" -- "${tree_versions[@]}"
}

# What was found, for each generation that is here: generation, then its packages' versions.
tree_status() {
  local generation path separator=''
  printf '{'
  for generation in 12 13 14; do
    path=$(tree_path "$generation")
    [ -f "$path/versions.json" ] || continue
    printf '%s"%s": ' "$separator" "$generation"
    cat "$path/versions.json"
    separator=', '
  done
  printf '}\n'
}
