// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../xml.ts';
import { reconnects } from './chardev.ts';

/** A network interface. */
export interface DomainInterface {
  /** `bridge`, `network`, `direct`, `hostdev`, `vhostuser`, `user`, `ethernet`... */
  readonly type: string;
  /** Name of the bridge, the network or (of `direct`) the host's device. */
  readonly source?: string;
  /** Name of libvirt's network. A running VM also has it if its type is that of the network's target. */
  readonly network?: string;
  /** Name of the host's tap device, if an admin chose it and libvirt creates the device. */
  readonly managedTarget?: string;
  /** Name of the host's tap device, which another program creates (`managed='no'`). */
  readonly unmanagedTarget?: string;
  /** Its bridge belongs to Open vSwitch, which the kernel does not show as a bridge. */
  readonly openVswitch?: boolean;
  /** A `direct` interface uses the host's device exclusively. */
  readonly passthrough?: boolean;
  /** Socket of a `vhostuser` interface. */
  readonly socket?: string;
  /** QEMU creates that socket, so its folder has to exist. */
  readonly makesSocket?: boolean;
  /** QEMU starts without a listener on that socket. */
  readonly reconnects?: boolean;
  readonly mac: string;
  /** Model that the guest sees, for example `virtio` or `e1000e`. */
  readonly model?: string;
  /** Pairs of queues of a virtio interface, where the definition says how many. */
  readonly queues?: number;
  /** Name of the network filter, if it has one. */
  readonly filter?: string;
  /** It is the transient device of a failover pair: QEMU unplugs it before the migration. */
  readonly failover: boolean;
}

/** libvirt removes such a name from an incoming definition and generates a new one. */
const autoNamedTarget = /^(vnet|macvtap|macvlan)\d+$/;

/** Types of interfaces whose tap or macvtap device libvirt creates. It refuses a name that is in use. */
const tapTypes = ['bridge', 'network', 'direct', 'ethernet'];

function wholeNumberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

/** Reads `<interface>`. */
export function interfaceOf(element: XmlElement): DomainInterface {
  const type = attribute(element, 'type') ?? '';
  const from = child(element, 'source');
  const source =
    attribute(from, type === 'direct' ? 'dev' : type === 'network' ? 'network' : 'bridge') ?? undefined;
  const socket = type === 'vhostuser' ? attribute(from, 'path') : undefined;
  const network = attribute(from, 'network');
  const end = child(element, 'target');
  const target = attribute(end, 'dev');
  const unmanagedTarget = type === 'ethernet' && attribute(end, 'managed') === 'no' ? target : undefined;
  const made =
    unmanagedTarget === undefined && tapTypes.includes(type) && !autoNamedTarget.test(target ?? '');
  const managedTarget = made ? target : undefined;
  const openVswitch = attribute(child(element, 'virtualport'), 'type') === 'openvswitch';
  const filter = attribute(child(element, 'filterref'), 'filter');
  const model = attribute(child(element, 'model'), 'type');
  const queues = wholeNumberOf(attribute(child(element, 'driver'), 'queues'));
  return {
    type,
    mac: attribute(child(element, 'mac'), 'address') ?? '',
    failover: attribute(child(element, 'teaming'), 'type') === 'transient',
    ...(source === undefined ? {} : { source }),
    ...(network === undefined ? {} : { network }),
    ...(managedTarget === undefined ? {} : { managedTarget }),
    ...(unmanagedTarget === undefined ? {} : { unmanagedTarget }),
    ...(openVswitch ? { openVswitch } : {}),
    ...(type === 'direct' && attribute(from, 'mode') === 'passthrough' ? { passthrough: true } : {}),
    ...(socket === undefined ? {} : { socket }),
    ...(socket !== undefined && attribute(from, 'mode') === 'server' ? { makesSocket: true } : {}),
    ...(socket !== undefined && reconnects(from) ? { reconnects: true } : {}),
    ...(filter === undefined ? {} : { filter }),
    ...(model === undefined ? {} : { model }),
    ...(queues === undefined ? {} : { queues }),
  };
}
