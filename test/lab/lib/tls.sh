# SPDX-License-Identifier: LGPL-2.1-or-later
# A certificate authority for qemu+tls://, and certificates with each of the usual faults.

tls_dir() {
  echo "$data/tls"
}

# Runs certtool. It prints much, so its output is shown only if it fails.
certtool_quietly() {
  local said
  said=$(certtool "$@" 2>&1 >/dev/null) || die "certtool: $said"
}

# tls_sign CA NAME COMMON-NAME ADDRESS DAYS
tls_sign() {
  local ca=$1 name=$2 common=$3 address=$4 days=$5 dir
  dir=$(tls_dir)
  {
    echo "cn = $common"
    echo "dns_name = $common"
    [ -z "$address" ] || echo "ip_address = $address"
    echo tls_www_server
    echo tls_www_client
    echo encryption_key
    echo signing_key
    if [ "$days" -gt 0 ]; then
      echo "expiration_days = $days"
    else
      echo 'activation_date = "2020-01-01 00:00:00"'
      echo 'expiration_date = "2021-01-01 00:00:00"'
    fi
  } >"$dir/$name.info"
  certtool_quietly --generate-privkey --key-type rsa --bits 2048 --outfile "$dir/$name.key"
  certtool_quietly --generate-certificate --load-privkey "$dir/$name.key" --load-ca-certificate "$dir/$ca.crt" \
    --load-ca-privkey "$dir/$ca.key" --template "$dir/$name.info" --outfile "$dir/$name.crt"
}

tls_authority() {
  local dir name
  dir=$(tls_dir)
  mkdir -p "$dir"
  for name in ca strange-ca; do
    printf 'cn = lab %s\nca\ncert_signing_key\nexpiration_days = 30\n' "$name" >"$dir/$name.info"
    certtool_quietly --generate-privkey --key-type rsa --bits 2048 --outfile "$dir/$name.key"
    certtool_quietly --generate-self-signed --load-privkey "$dir/$name.key" --template "$dir/$name.info" --outfile "$dir/$name.crt"
  done
}

# Installs a server certificate of the given kind on a host. libvirtd reads it at its next start.
tls_install() {
  local host=$1 kind=$2 dir address pki=$data/$1/etc/pki
  dir=$(tls_dir)
  address=$(host_address "$host")
  case $kind in
    valid) tls_sign ca "$host-server" "$host" "$address" 30 ;;
    expired) tls_sign ca "$host-server" "$host" "$address" 0 ;;
    untrusted) tls_sign strange-ca "$host-server" "$host" "$address" 30 ;;
    wrong-name) tls_sign ca "$host-server" somebody-else '' 30 ;;
    *) die "valid, expired, untrusted or wrong-name, not $kind" ;;
  esac
  mkdir -p "$pki/CA" "$pki/libvirt/private"
  cp "$dir/$host-server.crt" "$pki/libvirt/servercert.pem"
  cp "$dir/$host-server.key" "$pki/libvirt/private/serverkey.pem"
}

tls_certificate() {
  # libvirtd does not start with an expired certificate, unless the check of its own certificate is disabled (tls_no_sanity_certificate).
  tls_install "$1" "$2"
  host_daemon "$1" libvirtd stop
  if [ "$2" = valid ]; then
    in_host "$1" sed -i '/^tls_no_sanity_certificate/d' /etc/libvirt/libvirtd.conf
  else
    in_host "$1" sh -c 'echo "tls_no_sanity_certificate = 1" >>/etc/libvirt/libvirtd.conf'
  fi
  host_daemon "$1" libvirtd start
}
