// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, type Remedy, shellCommand } from '../base/index.ts';

/** What a shell on the destination reported about that host. */
export interface DestinationEnvironment {
  readonly user: string;
  readonly groups: readonly string[];
  /** `ID` and `ID_LIKE` of /etc/os-release, the closest first. */
  readonly system: readonly string[];
  readonly has: ReadonlySet<string>;
}

/** Why libvirt of the destination cannot be used although ssh signs in. */
export interface LibvirtProblem {
  readonly kind: 'not-installed' | 'not-running' | 'no-relay' | 'not-in-group' | 'polkit' | 'other';
  readonly found: Message;
  readonly remedies: readonly Remedy[];
}

/** Undefined if the text is incomplete: there is no shell, or the output is another one. */
export function parseEnvironment(text: string, mark: string): DestinationEnvironment | undefined {
  const lines = text
    .split('\n')
    .flatMap((line) => (line.startsWith(`${mark} `) ? [line.slice(mark.length + 1)] : []));
  if (!lines.includes('end')) return undefined;
  const words = (name: string): readonly string[] =>
    lines
      .filter((line) => line.startsWith(`${name} `))
      .flatMap((line) => line.slice(name.length + 1).split(' '))
      .filter((word) => word !== '');
  return {
    user: words('user')[0] ?? '',
    groups: words('groups'),
    system: words('system'),
    has: new Set(words('has')),
  };
}

type Family = 'debian' | 'fedora' | 'suse' | 'arch';

/** Values of ID and ID_LIKE in /etc/os-release. */
const families: ReadonlyMap<string, Family> = new Map([
  ['debian', 'debian'],
  ['ubuntu', 'debian'],
  ['fedora', 'fedora'],
  ['rhel', 'fedora'],
  ['centos', 'fedora'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['sles', 'suse'],
  ['arch', 'arch'],
]);

function familyOf({ system }: DestinationEnvironment): Family | undefined {
  return system.map((name) => families.get(name)).find((family) => family !== undefined);
}

const installLibvirt: Readonly<Record<Family, string>> = {
  debian: 'apt install libvirt-daemon-system',
  fedora: 'dnf install libvirt-daemon-kvm',
  suse: 'zypper install libvirt-daemon-qemu',
  arch: 'pacman -S libvirt',
};

const installNetcat: Readonly<Record<Family, string>> = {
  debian: 'apt install netcat-openbsd',
  fedora: 'dnf install nmap-ncat',
  suse: 'zypper install netcat-openbsd',
  arch: 'pacman -S openbsd-netcat',
};

function onDestination(text: Message, command: string | undefined): Remedy {
  return command === undefined ? { text } : { text, command, host: 'destination' };
}

/** The command for the distribution of the destination. Undefined if the distribution is not known. */
function packaged(
  commands: Readonly<Record<Family, string>>,
  there: DestinationEnvironment,
): string | undefined {
  const family = familyOf(there);
  return family === undefined ? undefined : commands[family];
}

const unknownProblem = (host: string): LibvirtProblem => ({
  kind: 'other',
  found: msg('$0 lets libvirt of this host sign in, but libvirt did not answer.', host),
  remedies: [],
});

/**
 * Finds the cause from the environment first, and then from libvirt's error text. That often says only that the connection ended.
 */
export function libvirtProblem(
  host: string,
  error: string,
  there: DestinationEnvironment | undefined,
): LibvirtProblem {
  if (there === undefined) return unknownProblem(host);
  const { user, groups, has } = there;
  if (!has.has('daemon'))
    return {
      kind: 'not-installed',
      found: msg('Libvirt is not installed on $0.', host),
      remedies: [onDestination(msg('Install libvirt on $0.', host), packaged(installLibvirt, there))],
    };
  if (!has.has('helper') && !has.has('nc'))
    return {
      kind: 'no-relay',
      found: msg(
        'Neither virt-ssh-helper nor nc is installed on $0. Libvirt needs one of them over ssh.',
        host,
      ),
      remedies: [onDestination(msg('Install nc on $0.', host), packaged(installNetcat, there))],
    };
  if (!has.has('running'))
    return {
      kind: 'not-running',
      found: msg('The libvirt daemon of $0 does not run.', host),
      remedies: [
        onDestination(
          msg('Start the libvirt daemon on $0.', host),
          'systemctl enable --now libvirtd.socket || systemctl enable --now virtqemud.socket',
        ),
      ],
    };
  return rightsProblem(host, error, user, groups) ?? unknownProblem(host);
}

function rightsProblem(
  host: string,
  error: string,
  user: string,
  groups: readonly string[],
): LibvirtProblem | undefined {
  const isRefused =
    /permission denied|authentication (failed|unavailable|cancelled|required)|polkit|access denied/i;
  if (!isRefused.test(error)) return undefined;
  if (user !== 'root' && !groups.includes('libvirt'))
    return {
      kind: 'not-in-group',
      found: msg('User $0 on $1 is not in the group libvirt.', user, host),
      remedies: [
        onDestination(
          msg('Add user $0 to the group libvirt on $1.', user, host),
          shellCommand('usermod', '-aG', 'libvirt', '--', user),
        ),
      ],
    };
  return {
    kind: 'polkit',
    found: msg('The rules of polkit on $0 do not let user $1 manage VMs.', host, user),
    remedies: [
      onDestination(
        msg('Show the rules on $0.', host),
        'grep -r org.libvirt /etc/polkit-1 /usr/share/polkit-1',
      ),
    ],
  };
}
