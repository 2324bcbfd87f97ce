# SPDX-License-Identifier: LGPL-2.1-or-later
# The file systems of booted hosts: one tree for each Debian release, created once by debootstrap and kept outside of the checkout. It
# uses the Debian mirror of this machine's apt.

# The packages of a host. ?a: only if apt knows the package (Debian 13 splits libvirt's daemon into more packages).
tree_packages=(
  # a system that boots and lets users sign in
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

# The versions of these packages are recorded.
tree_versions=(systemd dbus polkitd sudo openssh-server libvirt-daemon-system libvirt-dbus qemu-system-x86 ovmf cockpit-ws cockpit-bridge
  glusterfs-server nodejs)

# The code name of a Debian release.
tree_suite() {
  case $1 in
    12) echo bookworm ;;
    13) echo trixie ;;
    14) echo forky ;;
    *) die "no such generation: $1 (12, 13 or 14)" ;;
  esac
}

# The path of a release's tree. Its name contains a hash of its packages and of the scripts that build it.
tree_path() {
  local generation=$1 recipe
  tree_suite "$generation" >/dev/null
  recipe=$({ echo "${tree_packages[@]}" -- "${tree_versions[@]}"; cat "$here/lib/tree-install.sh"; } | sha256sum | cut -c 1-12)
  echo "$cache/$generation-$recipe"
}

# The Debian mirror of this machine's apt, without the security archive.
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

# Builds the tree of a release if it does not exist. If two labs need it at once, one builds and the other waits.
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
    # Trees of older scripts that were not used for a week.
    find "$cache" -maxdepth 2 -path "$cache/$generation-*/versions.json" -mtime +7 -printf '%h\0' | xargs -0 -r rm -rf
    rm -rf "$cache/$generation-building"
    mkdir "$cache/$generation-building"
    tree_build "$generation" "$cache/$generation-building" >"$cache/$generation-building.log" 2>&1 ||
      die "the tree of Debian $generation was not built: $(tail -n 5 "$cache/$generation-building.log"); all of it: $cache/$generation-building.log"
    mv -T "$cache/$generation-building" "$path"
    rm -f "$cache/$generation-building.log"
  ) 9>"$cache/$generation.lock"
}

# Builds several trees at once, because most of the time goes into waiting for the mirror.
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
  # This machine's apt settings for the mirror, for the apt in the tree.
  apt-config dump Acquire::http Acquire::https Acquire::Check-Valid-Until Acquire::Check-Date >"$directory/apt.conf" 2>/dev/null
  # In its own namespaces, so that no mount and no process is left, even after a failure.
  timeout --kill-after 10 1500 nice unshare --mount --uts --ipc --pid --fork --kill-child=SIGKILL \
    bash "$here/lib/tree-install.sh" "$directory" "$suite" "$mirror" "$script" "${tree_packages[@]}" -- "${tree_versions[@]}"
}

# Prints each available release and the versions of its packages.
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
