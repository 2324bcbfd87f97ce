// SPDX-License-Identifier: LGPL-2.1-or-later
import { randomUUID } from 'node:crypto';
import { brokenCases, type Make } from '../case.ts';
import { all, believing, over, restarting, shell } from '../causes.ts';
import { local, vnc } from '../parts.ts';
import { hasKvm, scalesCounter } from './this-machine.ts';

const ovmf = '/usr/share/OVMF';
const tpm = (more = ''): string =>
  `<tpm model='tpm-crb'><backend type='emulator' version='2.0'>${more}</backend></tpm>`;
const uefi = (loader: string, nvram: string): { name: string; os: string } => ({
  name: 'uefi',
  os: `<loader readonly='yes' type='pflash'>${loader}</loader>${nvram}`,
});
const fromTemplate = `<nvram template='${ovmf}/OVMF_VARS_4M.fd'/>`;
const custom = (model: string, more = ''): string =>
  `<cpu mode='custom' match='exact' check='full'><model fallback='forbid'>${model}</model>${more}</cpu>`;
const secret = randomUUID();

/** libvirt probes QEMU again. */
const forget: Make = shell(
  'destination',
  'rm -rf /var/cache/libvirt/qemu/capabilities',
  'rm -rf /var/cache/libvirt/qemu/capabilities',
);

/** A destination whose kernel reports less free memory than the VM has. */
const littleMemory = (swapKib: number): Make =>
  all(
    shell(
      'destination',
      `printf '%s\\n' 'MemTotal: 2097152 kB' 'MemFree: 20480 kB' 'MemAvailable: 20480 kB' 'Buffers: 0 kB' 'Cached: 0 kB' 'SwapTotal: ${swapKib} kB' 'SwapFree: ${swapKib} kB' > /run/meminfo`,
      'rm -f /run/meminfo',
    ),
    over('destination', '/run/meminfo', '/proc/meminfo'),
  );

/** A destination with another CPU: libvirt there does not know this CPU's model. */
const otherCpu: Make = async (hosts, undo) => {
  const { stdout } = await hosts.destination.exec(['virsh', 'capabilities']);
  const model = /<cpu>.*?<model>([^<]+)<\/model>/s.exec(stdout)?.[1] ?? 'none';
  const map = '/usr/share/libvirt/cpu_map/index.xml';
  await restarting(
    all(
      shell('destination', `sed '/x86_${model}\\.xml/d' ${map} > /run/cpu_map.xml`, 'rm -f /run/cpu_map.xml'),
      over('destination', '/run/cpu_map.xml', map),
    ),
  )(hosts, undo);
};

/** A user and a group that only this host has. */
const stranger = shell('source', 'useradd -M -U stranger', 'userdel stranger');

/** The VM's machine: machine type, CPU, memory, firmware, TPM, confinement. */
export const machine = brokenCases([
  {
    check: 'hypervisor-version',
    name: 'an older QEMU there',
    vm: { name: 'older', machine: 'pc-q35-6.2' },
    cause: believing('s,<version>[0-9]*</version>,<version>6002000</version>,'),
    verdict: 'warn',
    says: /The destination has QEMU 6\.2\.0, older than/,
  },
  // These arrive: QEMU there only says that it is of such a version.
  {
    check: 'known-bad-pairs',
    name: 'a virtio video device, and QEMU 9.0.0 there',
    vm: { name: 'video', machine: 'pc-q35-7.2', devices: "<video><model type='virtio'/></video>" },
    cause: believing('s,<version>[0-9]*</version>,<version>9000000</version>,'),
    verdict: 'block',
    says: /to QEMU 9\.0\.0 on beta\. QEMU 9\.0\.0 expects another state of a virtio video device/,
  },
  {
    check: 'known-bad-pairs',
    name: 'an interface with several queues, and QEMU 10.0.2 there',
    vm: {
      name: 'queues',
      machine: 'pc-q35-7.2',
      devices: "<interface type='user'><model type='virtio'/><driver name='qemu' queues='2'/></interface>",
      start: false,
    },
    cause: believing('s,<version>[0-9]*</version>,<version>10000002</version>,'),
    verdict: 'warn',
    says: /QEMU 10\.0\.2 on beta\. .*too few queues/,
  },
  {
    check: 'machine-type',
    name: 'a machine type that the destination does not have',
    vm: { name: 'newer', machine: 'pc-q35-7.1' },
    cause: believing('/name=.pc-q35-7.1./d'),
    verdict: 'block',
    says: /no machine type pc-q35-7\.1.*pc-q35-7\.0/s,
    refusal: /machine type|not supported|pc-q35-7\.1/,
  },
  {
    check: 'machine-type',
    name: 'QEMU under a path that only this host has',
    vm: { name: 'emulator', devices: `<emulator>${local}/qemu-here</emulator>` },
    cause: shell(
      'source',
      `ln -sf /usr/bin/qemu-system-x86_64 ${local}/qemu-here`,
      `rm -f ${local}/qemu-here`,
    ),
    verdict: 'block',
    says: /does not have .*qemu-here, in which the VM runs/,
    refusal: /qemu-here/,
  },
  ...(hasKvm
    ? ([
        {
          check: 'virtualization-type',
          name: 'no KVM there',
          vm: { name: 'kvm', type: 'kvm', start: false },
          cause: restarting(all(forget, over('destination', '/dev/null', '/dev/kvm'))),
          verdict: 'block',
          says: /does not offer kvm, on which the VM runs/,
          refusal: /kvm/i,
        },
        {
          check: 'cpu-compatibility',
          name: "the host's own CPU, and another one there",
          vm: { name: 'passthrough', type: 'kvm', more: "<cpu mode='host-passthrough'/>", start: false },
          cause: otherCpu,
          verdict: 'block',
          says: /CPUs differ.*host-passthrough/,
        },
      ] as const)
    : []),
  {
    check: 'cpu-compatibility',
    name: 'a CPU that neither has',
    vm: { name: 'skylake', more: custom('Skylake-Server'), start: false },
    verdict: 'block',
    says: /lacks these features of the VM’s CPU: .*avx512f/,
    refusal: /avx512f|incompatible|doesn't match/,
  },
  {
    check: 'cpu-compatibility',
    name: 'a CPU that neither has, and that libvirt is not to compare',
    vm: { name: 'unchecked', more: custom('Skylake-Server').replace("check='full'", "check='none'") },
    verdict: 'block',
    says: /lacks these features of the VM’s CPU: .*avx512f/,
    // libvirt migrates it; the guest loses a feature that it uses.
  },
  {
    check: 'cpu-compatibility',
    name: 'features that QEMU there does not have',
    vm: { name: 'model', more: "<cpu mode='host-model'/>" },
    // QEMU there really has it, which libvirt would notice at the start. So it is not tried.
    cause: believing('s,\\(<property name=.\\(avx2\\|bmi2\\). type=.boolean. value=.\\)true,\\1false,'),
    verdict: 'block',
    says: /lacks these features of the VM’s CPU: .*avx2/,
  },
  {
    check: 'tsc-frequency',
    name: 'a constant rate that nobody named',
    vm: { name: 'tsc', more: custom('qemu64', "<feature policy='require' name='invtsc'/>"), start: false },
    verdict: 'block',
    says: /does not say at which rate/,
  },
  ...(hasKvm && !scalesCounter
    ? ([
        {
          check: 'tsc-frequency',
          name: 'a rate that the destination does not have',
          vm: {
            name: 'tsc',
            more: "<clock offset='utc'><timer name='tsc' frequency='1000000000'/></clock>",
            start: false,
          },
          verdict: 'block',
          says: /runs at .* MHz; the guest expects 1000 MHz/,
          refusal: /TSC frequency/,
        },
      ] as const)
    : []),
  {
    check: 'vcpu-count',
    name: 'tied to a CPU that is not there',
    vm: { name: 'pinned', more: "<cputune><vcpupin vcpu='0' cpuset='4095'/></cputune>", start: false },
    verdict: 'block',
    says: /CPUs that the destination does not have: 4095/,
    refusal: /affinity|cpuset|4095/i,
  },
  {
    check: 'vcpu-count',
    name: 'memory of a node of the guest from a NUMA node that is not there',
    vm: {
      name: 'nodes',
      more: "<numatune><memnode cellid='0' mode='preferred' nodeset='5'/></numatune><cpu><numa><cell id='0' cpus='0' memory='65536' unit='KiB'/></numa></cpu>",
      start: false,
    },
    verdict: 'block',
    says: /NUMA nodes that the destination does not have: 5/,
    refusal: /NUMA node 5 is unavailable/,
  },
  {
    check: 'vcpu-count',
    name: 'placed by numad, which is not there',
    vm: {
      name: 'numad',
      more: "<numatune><memory mode='strict' placement='auto'/></numatune>",
      start: false,
    },
    cause: shell(
      'destination',
      '[ ! -e /usr/bin/numad ] || mount --bind /dev/null /usr/bin/numad',
      '! mountpoint -q /usr/bin/numad || umount /usr/bin/numad',
    ),
    verdict: 'block',
    says: /does not have numad/,
    refusal: /numad/,
  },
  {
    check: 'vcpu-count',
    name: 'more vCPUs than the machine takes there',
    vm: { name: 'many', vcpus: 8 },
    cause: believing('s,maxCpus=.[0-9]*.,maxCpus="4",'),
    verdict: 'block',
    says: /8 vCPUs; QEMU on the destination allows at most 4/,
    refusal: /machine type limit 4/,
  },
  {
    check: 'vcpu-count',
    name: 'more vCPUs than the host has CPUs',
    vm: { name: 'many', vcpus: 200, start: false },
    // libvirt reads the CPUs of a NUMA node here, as a mask.
    cause: restarting(
      all(
        shell('destination', 'echo 1 > /run/cpumap', 'rm -f /run/cpumap'),
        over('destination', '/run/cpumap', '/sys/devices/system/node/node0/cpumap'),
      ),
    ),
    verdict: 'warn',
    says: /has 200 vCPUs/,
  },
  {
    check: 'free-memory',
    name: 'less is free than the VM has',
    vm: { name: 'memory' },
    cause: littleMemory(0),
    verdict: 'block',
    says: /needs 64 MiB of memory; the destination has 20 MiB free/,
  },
  {
    check: 'free-memory',
    name: 'it would have to swap',
    vm: { name: 'memory' },
    cause: littleMemory(1048576),
    verdict: 'warn',
    says: /would have to swap/,
  },
  {
    check: 'hugepages',
    name: 'none set aside',
    vm: {
      name: 'huge',
      memoryMib: 1024 * 1024,
      more: '<memoryBacking><hugepages/></memoryBacking>',
      start: false,
    },
    verdict: 'block',
    says: /needs 524288 pages of 2 MiB/,
    refusal: /huge|memory/i,
  },
  {
    check: 'hugepages',
    name: 'none of that size',
    vm: {
      name: 'huge',
      memoryMib: 1024 * 1024,
      more: "<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>",
      start: false,
    },
    verdict: 'block',
    says: /needs 1024 pages of 1 GiB/,
    refusal: /huge|page size/i,
  },
  {
    check: 'firmware',
    name: 'UEFI that only this host has',
    vm: uefi(`${local}/code.fd`, fromTemplate),
    cause: shell('source', `cp ${ovmf}/OVMF_CODE_4M.fd ${local}/code.fd`, `rm -f ${local}/code.fd`),
    verdict: 'block',
    says: /beta lacks the firmware of the VM: .*code\.fd/,
    refusal: /code\.fd/,
  },
  {
    check: 'firmware',
    name: 'UEFI of another size there',
    vm: uefi(`${local}/code.fd`, fromTemplate),
    cause: all(
      shell('source', `cp ${ovmf}/OVMF_CODE_4M.fd ${local}/code.fd`, `rm -f ${local}/code.fd`),
      shell('destination', `cp ${ovmf}/OVMF_CODE.fd ${local}/code.fd`, `rm -f ${local}/code.fd`),
    ),
    verdict: 'block',
    says: /code\.fd has another size on beta/,
    refusal: /flash|size|Size|load/,
  },
  {
    check: 'firmware',
    name: 'variables in a folder that only this host has',
    vm: uefi(
      `${ovmf}/OVMF_CODE_4M.fd`,
      `<nvram template='${ovmf}/OVMF_VARS_4M.fd'>${local}/vars/uefi.fd</nvram>`,
    ),
    cause: all(
      shell('destination', ':', `rm -rf ${local}/vars`),
      shell('source', `mkdir ${local}/vars`, `rm -rf ${local}/vars`),
    ),
    verdict: 'block',
    says: /folder for the firmware variables: .*vars/,
    refusal: /vars\/uefi\.fd/,
    cure: 0,
  },
  {
    check: 'firmware',
    name: 'variables of another size that are there already',
    vm: uefi(
      `${ovmf}/OVMF_CODE_4M.fd`,
      `<nvram template='${ovmf}/OVMF_VARS_4M.fd'>${local}/there_VARS.fd</nvram>`,
    ),
    cause: all(
      shell('destination', `truncate -s 1M ${local}/there_VARS.fd`, `rm -f ${local}/there_VARS.fd*`),
      shell('source', ':', `rm -f ${local}/there_VARS.fd`),
    ),
    verdict: 'block',
    says: /already has firmware variables of another size.*there_VARS/,
    refusal: /flash|[Ss]ize|there_VARS/,
    cure: 0,
  },
  {
    check: 'firmware',
    name: 'a template of another size',
    vm: uefi(
      `${ovmf}/OVMF_CODE_4M.fd`,
      `<nvram template='${local}/template.fd'>${local}/made_VARS.fd</nvram>`,
    ),
    cause: all(
      shell('source', `cp ${ovmf}/OVMF_VARS_4M.fd ${local}/template.fd`, `rm -f ${local}/template.fd`),
      shell('destination', `truncate -s 1M ${local}/template.fd`, `rm -f ${local}/template.fd`),
      shell('both', ':', `rm -f ${local}/made_VARS.fd`),
    ),
    verdict: 'block',
    says: /template of the firmware variables has another size on beta.*template\.fd/,
    refusal: /flash|[Ss]ize/,
  },
  {
    check: 'firmware',
    name: 'variables that were made by hand, of a firmware that nothing names',
    vm: uefi('/root/CODE.fd', `<nvram>${local}/my_VARS.fd</nvram>`),
    cause: all(
      shell('both', `cp ${ovmf}/OVMF_CODE_4M.fd /root/CODE.fd`, 'rm -f /root/CODE.fd'),
      shell('source', `cp ${ovmf}/OVMF_VARS_4M.fd ${local}/my_VARS.fd`, `rm -f ${local}/my_VARS.fd`),
      shell('destination', ':', `rm -f ${local}/my_VARS.fd`),
    ),
    verdict: 'block',
    says: /cannot make the variables .*\/root\/CODE\.fd/,
    refusal: /master var store for loader/,
    cure: 0,
  },
  {
    check: 'firmware',
    name: 'a BIOS of another size',
    vm: { name: 'bios' },
    cause: over('destination', '/usr/share/seabios/bios.bin', '/usr/share/seabios/bios-256k.bin'),
    verdict: 'block',
    says: /bios-256k\.bin of QEMU has another size on beta/,
    refusal: /pc\.bios|[Ss]ize mismatch/,
  },
  {
    check: 'firmware',
    name: 'the BIOS of a screen of another size',
    vm: { name: 'screen', devices: vnc("autoport='yes' listen='127.0.0.1'") },
    cause: all(
      shell('destination', 'truncate -s 100K /run/vgabios', 'rm -f /run/vgabios'),
      over('destination', '/run/vgabios', '/usr/share/seabios/vgabios-stdvga.bin'),
    ),
    verdict: 'block',
    says: /vgabios-stdvga\.bin of QEMU has another size on beta/,
    refusal: /vga\.rom|[Ss]ize mismatch/,
  },
  {
    check: 'firmware',
    name: 'the ROM of a network interface of another size',
    vm: { name: 'card', devices: "<interface type='user'><model type='virtio'/></interface>" },
    cause: over('destination', '/usr/lib/ipxe/qemu/pxe-virtio.rom', '/usr/lib/ipxe/qemu/efi-virtio.rom'),
    verdict: 'block',
    says: /efi-virtio\.rom of QEMU has another size on beta/,
    refusal: /virtio-net-pci\.rom|[Ss]ize mismatch/,
  },
  {
    check: 'tpm',
    name: 'no swtpm there',
    vm: { name: 'tpm', devices: tpm() },
    // libvirt searches the program each time.
    cause: over('destination', '/dev/null', '/usr/bin/swtpm'),
    verdict: 'block',
    says: /beta lacks swtpm, with which libvirt emulates the TPM/,
    // libvirt 9.0 asks swtpm itself which versions it emulates.
    refusal: /TPM version '2\.0' is not supported|swtpm/,
  },
  {
    check: 'tpm',
    name: 'no swtpm_setup there',
    vm: { name: 'tpm', devices: tpm() },
    cause: over('destination', '/dev/null', '/usr/bin/swtpm_setup'),
    verdict: 'block',
    says: /beta lacks swtpm_setup,/,
    refusal: /swtpm_setup|TPM version/,
  },
  {
    check: 'tpm',
    name: 'no swtpm_ioctl there',
    vm: { name: 'tpm', devices: tpm() },
    cause: over('destination', '/dev/null', '/usr/bin/swtpm_ioctl'),
    verdict: 'block',
    says: /beta lacks swtpm_ioctl,/,
    refusal: /swtpm_ioctl|TPM version/,
  },
  {
    check: 'tpm',
    name: 'a program of its own, whose socket only this host has',
    vm: {
      name: 'tpm',
      devices:
        "<tpm model='tpm-tis'><backend type='external'><source type='unix' mode='connect' path='/run/swt.sock'/></backend></tpm>",
    },
    // It ends with its connection, or by itself.
    cause: shell(
      'source',
      `mkdir -p /run/swt; setsid timeout 120 swtpm socket --tpm2 --tpmstate dir=/run/swt --ctrl type=unixio,path=/run/swt.sock >/dev/null 2>&1 </dev/null &
       for i in 1 2 3 4 5 6 7 8 9; do [ -S /run/swt.sock ] && break; sleep 0.3; done`,
      'rm -rf /run/swt /run/swt.sock',
    ),
    verdict: 'block',
    says: /lacks the socket of the TPM: \/run\/swt\.sock/,
    refusal: /swt\.sock/,
  },
  {
    check: 'tpm',
    name: 'encrypted with a secret that only this host has',
    vm: { name: 'tpm', devices: tpm(`<encryption secret='${secret}'/>`) },
    cause: all(
      shell('destination', ':', `virsh -q secret-undefine ${secret} 2>/dev/null; true`),
      shell(
        'source',
        `echo "<secret ephemeral='yes' private='no'><uuid>${secret}</uuid></secret>" | virsh -q secret-define /dev/stdin
       virsh -q secret-set-value ${secret} --base64 bGFi 2>/dev/null`,
        `virsh -q secret-undefine ${secret}`,
      ),
    ),
    verdict: 'block',
    says: /beta lacks the secret that opens the state of the TPM/,
    refusal: /[Ss]ecret/,
    cure: 0,
  },
  {
    check: 'security-driver',
    name: 'a label of a driver that is not there',
    vm: {
      name: 'label',
      more: "<seclabel type='static' model='selinux' relabel='yes'><label>system_u:system_r:svirt_t:s0</label></seclabel>",
      start: false,
    },
    verdict: 'block',
    says: /label of selinux/,
    refusal: /selinux/i,
  },
  {
    check: 'security-driver',
    name: 'QEMU as a user that only this host has',
    vm: {
      name: 'owner',
      more: "<seclabel type='static' model='dac' relabel='no'><label>stranger:+0</label></seclabel>",
    },
    cause: stranger,
    verdict: 'block',
    says: /The destination has no user stranger/,
    refusal: /parse user 'stranger'/,
  },
  {
    check: 'security-driver',
    name: 'a file of a group that only this host has',
    vm: {
      name: 'owner',
      devices: `<serial type='file'><source path='${local}/owner.log'><seclabel model='dac' relabel='yes'><label>+0:stranger</label></seclabel></source></serial>`,
    },
    cause: all(stranger, shell('both', ':', `rm -f ${local}/owner.log`)),
    verdict: 'block',
    says: /The destination has no group stranger/,
    refusal: /parse group 'stranger'/,
  },
]);
