// SPDX-License-Identifier: LGPL-2.1-or-later

/** On this host alone. */
export const local = '/var/lib/libvirt/images';

/** On storage that both hosts share. */
export const shared = '/var/lib/libvirt/shared';

/** A disk in a file; attributes of its driver, for example ` cache='none'`. */
export function disk(file: string, driver = '', format = 'raw', target = 'vda'): string {
  return `<disk type='file' device='disk'><driver name='qemu' type='${format}'${driver}/><source file='${file}'/><target dev='${target}' bus='virtio'/></disk>`;
}

/** A disk that is a volume of a storage pool. */
export function volume(pool: string, name: string, driver = " cache='none'"): string {
  return `<disk type='volume' device='disk'><driver name='qemu' type='raw'${driver}/><source pool='${pool}' volume='${name}'/><target dev='vda' bus='virtio'/></disk>`;
}

/** A network interface. */
export function networkInterface(type: string, source: string, more = ''): string {
  return `<interface type='${type}'><source ${source}/><model type='virtio'/>${more}</interface>`;
}

/** A serial port. */
export function serial(type: string, source: string, more = ''): string {
  return `<serial type='${type}'><source ${source}>${more}</source></serial>`;
}

/** Graphics. */
export function vnc(attributes: string, more = ''): string {
  return `<graphics type='vnc' ${attributes}>${more}</graphics><video><model type='vga'/></video>`;
}

/** An isolated network, for `virsh net-define /dev/stdin`. */
export function isolated(name: string, bridge: string, more = ''): string {
  return `<network><name>${name}</name><bridge name="${bridge}"/>${more}</network>`;
}

/** Creates a certificate for graphics on a host from libvirt's. */
export function graphicsCertificate(folder: string): string {
  return `mkdir -p ${folder}; cd /etc/pki; cp CA/cacert.pem ${folder}/ca-cert.pem; cp libvirt/servercert.pem ${folder}/server-cert.pem; cp libvirt/private/serverkey.pem ${folder}/server-key.pem; chmod 644 ${folder}/*.pem`;
}
