// SPDX-License-Identifier: LGPL-2.1-or-later
/** Output of libvirt 9.0, coreutils and OpenSSH, recorded on hosts of the lab and shortened. */

export const uuid = '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d';
export const diskPath = '/images/web.qcow2';

const cpu = `<cpu mode='custom' match='exact' check='full'>
    <model fallback='forbid'>Skylake-Server-IBRS</model>
    <vendor>Intel</vendor>
    <feature policy='require' name='hypervisor'/>
    <feature policy='disable' name='avx512f'/>
  </cpu>`;

export const dumpxml = `<domain type='kvm' id='3'>
  <name>web</name>
  <uuid>${uuid}</uuid>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">
      <libosinfo:os id="http://debian.org/debian/12"/>
    </libosinfo:libosinfo>
  </metadata>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  ${cpu}
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='none'/>
      <source file='${diskPath}' index='1'/>
      <backingStore/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='volume' device='disk'>
      <driver name='qemu' type='raw'/>
      <source pool='ceph' volume='data'/>
      <target dev='vdb' bus='virtio'/>
    </disk>
  </devices>
</domain>
`;

export const domstats = `Domain: 'web'
  state.state=1
  state.reason=1
  balloon.current=1048576
  balloon.maximum=1048576
  balloon.rss=734208
  dirtyrate.calc_status=2
  dirtyrate.calc_start_time=1700000000
  dirtyrate.calc_period=1
  dirtyrate.megabytes_per_second=3
  block.count=2
  block.0.name=vda
  block.0.path=${diskPath}
  block.0.backingIndex=1
  block.0.allocation=5509120
  block.0.capacity=104857600
  block.0.physical=5570560
  block.1.name=vdb
  block.1.capacity=1048576

`;

export const noJob = 'Job type:         None        \n';

export const runningJob = `Job type:         Unbounded   
Operation:        Outgoing migration
Time elapsed:     2391         ms
Data processed:   73.218 MiB
Data remaining:   52.383 MiB
Data total:       136.008 MiB
Memory processed: 73.218 MiB
Memory remaining: 52.383 MiB
Memory total:     136.008 MiB
Memory bandwidth: 31.967 MiB/s
Dirty rate:       1500         pages/s
Page size:        4096         bytes
Iteration:        2            
Total downtime:   12           ms
`;

/** `virsh dominfo` of a VM of that name. */
export function dominfo(name = 'web'): string {
  return `Id:             3
Name:           ${name}
UUID:           ${uuid}
OS Type:        hvm
State:          running
CPU(s):         2
CPU time:       12.3s
Max memory:     1048576 KiB
Used memory:    1048576 KiB
Persistent:     yes
Autostart:      disable
Managed save:   no
Security model: none
Security DOI:   0

`;
}

export const alphaUuid = 'aaaaaaaa-0000-4000-8000-000000000001';
export const betaUuid = 'bbbbbbbb-0000-4000-8000-000000000002';

/** `virsh capabilities` of a host. */
export function capabilities(host: string): string {
  return `<capabilities>

  <host>
    <uuid>${host}</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>Skylake-Server-IBRS</model>
      <vendor>Intel</vendor>
      <feature name='vmx'/>
      <feature name='pdpe1gb'/>
    </cpu>
    <migration_features>
      <live/>
    </migration_features>
    <topology>
      <cells num='1'>
        <cell id='0'>
          <cpus num='2'>
            <cpu id='0' socket_id='0' die_id='0' core_id='0' siblings='0'/>
            <cpu id='1' socket_id='0' die_id='0' core_id='1' siblings='1'/>
          </cpus>
        </cell>
      </cells>
    </topology>
    <secmodel>
      <model>apparmor</model>
      <doi>0</doi>
    </secmodel>
  </host>
  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <emulator>/usr/bin/qemu-system-x86_64</emulator>
      <machine maxCpus='288'>pc-q35-7.2</machine>
      <domain type='qemu'/>
      <domain type='kvm'/>
    </arch>
  </guest>
</capabilities>

`;
}

export const listed = `11111111-2222-4333-8444-555555555555 db
66666666-7777-4888-8999-aaaaaaaaaaaa old web server

`;

export const paused = `Domain: 'db'
  state.state=3
  state.reason=2

Domain: 'other'
  state.state=3
  state.reason=1

`;

export const identical =
  'CPU described in /dev/stdin is identical to the CPU provided by hypervisor on the host\n';
export const superset =
  'The CPU provided by hypervisor on the host is a superset of CPU described in /dev/stdin\n';

export const volume = `<volume type='file'>
  <name>web.qcow2</name>
  <key>${diskPath}</key>
  <capacity unit='bytes'>1073741824</capacity>
  <physical unit='bytes'>10</physical>
  <target>
    <path>${diskPath}</path>
    <format type='qcow2'/>
    <timestamps>
      <ctime>1769853600.123456789</ctime>
    </timestamps>
  </target>
</volume>

`;

export const pool = `<pool type='dir'>
  <name>images</name>
  <uuid>1e9f4a30-1d49-4463-a5f4-5130001c454f</uuid>
  <capacity unit='bytes'>270553174016</capacity>
  <allocation unit='bytes'>24996450304</allocation>
  <available unit='bytes'>245556723712</available>
  <source>
  </source>
  <target>
    <path>/images</path>
    <permissions>
      <mode>0755</mode>
      <owner>0</owner>
      <group>0</group>
    </permissions>
  </target>
</pool>

`;

export const stat =
  'stat 1 9876543210 1073741824 -|2026-01-31 10:00:00.123456789 +0000|regular file|0 0|10880 512';

/** The clock of both hosts, in seconds since 1970. */
export const clock = '1769853600.123456789';

/** The output of the reading script on a host whose images are on GlusterFS. */
export function hostReading(mark: string): string {
  return [
    `${mark} clock-first`,
    clock,
    `${mark} sockets`,
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0',
    `${mark} configuration`,
    'migration_port_min = 49152',
    'migration_port_max = 49160',
    'migration_host = "beta-data"',
    `${mark} configuration-libvirtd`,
    `${mark} configuration-virtqemud`,
    `${mark} configuration-end`,
    `${mark} memory`,
    'MemAvailable:    9876543 kB',
    'SwapFree:              0 kB',
    `${mark} addresses`,
    '2: eth0    inet 10.1.0.2/24 brd 10.1.0.255 scope global eth0',
    `${mark} devices`,
    'bridge br0',
    'device lo',
    `${mark} space`,
    '/var/lib/libvirt/qemu /dev/sda1        264172088  52428800 211743288      20% /',
    `${mark} programs`,
    'swtpm',
    `${mark} hooks`,
    `${mark} user`,
    '64055',
    `${mark} descriptors`,
    `${mark} roms`,
    'rom bios-256k.bin 262144',
    'rom efi-virtio.rom 249344',
    `${mark} mounts`,
    '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '22 21 0:40 / /images rw shared:2 - fuse.glusterfs alpha:/images rw',
    `${mark} files`,
    ...[stat, stat, stat],
    `real 1 ${diskPath}`,
    ...['may 1 e', 'may 1 r', 'may 1 w'],
    `${mark} clock-last`,
    clock,
    `${mark} end`,
    '',
  ].join('\n');
}

export const versions = `Compiled against library: libvirt 9.0.0
Using library: libvirt 9.0.0
Using API: QEMU 9.0.0
Running hypervisor: QEMU 7.2.22
Running against daemon: 9.0.0

`;

export const machine = `<domainCapabilities>
  <path>/usr/bin/qemu-system-x86_64</path>
  <domain>kvm</domain>
  <machine>pc-q35-7.2</machine>
  <arch>x86_64</arch>
  <vcpu max='288'/>
  <cpu>
    <mode name='host-passthrough' supported='yes'/>
    <mode name='host-model' supported='yes'>
      <model fallback='forbid'>EPYC</model>
      <vendor>AMD</vendor>
      <feature policy='require' name='pku'/>
      <feature policy='disable' name='vme'/>
    </mode>
    <mode name='custom' supported='yes'>
      <model usable='yes' vendor='unknown'>qemu64</model>
    </mode>
  </cpu>
</domainCapabilities>

`;

/** Output of `virsh hypervisor-cpu-baseline`. */
export const baseline = `<cpu mode='custom' match='exact'>
  <model fallback='forbid'>EPYC</model>
  <vendor>AMD</vendor>
  <feature policy='require' name='3dnowext'/>
  <feature policy='disable' name='vme'/>
</cpu>

`;

export const freePages = 'Node 0:\n4KiB: 2173770\n2048KiB: 0\n1048576KiB: 0\n\n';

export const memory = `total  :             24684092 KiB
free   :             22276700 KiB
buffers:               136520 KiB
cached :               807512 KiB

`;

export const rehearsed = "error: XML error: expecting root element of 'domain', not 'begin-phase'\n";

export const sshConfiguration = `user root
hostname beta.lab.example
port 22
addressfamily any
batchmode no
proxyjump none
identityfile ~/.ssh/id_ed25519
`;

export const certificate = `notBefore=Dec 23 11:15:44 2025 GMT
notAfter=Dec 23 11:15:44 2027 GMT
subject=CN = beta
X509v3 Subject Alternative Name: 
    DNS:beta, IP Address:10.1.0.2
`;

export const ahosts = `10.1.0.2        STREAM beta
10.1.0.2        DGRAM  
fe80::1%eth0    STREAM 
2001:db8::2     RAW    
`;
