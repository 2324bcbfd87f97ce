// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, type XmlElement } from '../xml.ts';
import { absolutePaths, type DomainPath } from './device-path.ts';

/** A network endpoint of a character device, which QEMU needs to start. */
export interface DomainEndpoint {
  /** The element, as in a {@link DomainPath}. */
  readonly device: string;
  readonly protocol: 'tcp' | 'udp';
  /** `bind`: QEMU listens on it. `connect`: a program has to listen there. */
  readonly mode: 'bind' | 'connect';
  /** Address or name; empty if the definition has none. */
  readonly host: string;
  /** Number or name of the port. */
  readonly service: string;
}

/** Elements of `<devices>` that are character devices, with the paths of their sources. */
const chardevElements = ['serial', 'console', 'parallel', 'channel', 'redirdev', 'smartcard'] as const;

/** libvirt creates the sockets of its guest channels in this folder, with another name on each host. */
const libvirtChannelSocket = /^\/(?:var\/)?(?:run|lib)\/libvirt\/qemu\/(?:channel|run\/channel)\//;

/** The elements with `type` and `<source>` of character devices. A random number generator over EGD has them, too. */
function chardevsOf(
  devices: XmlElement,
): readonly { readonly device: string; readonly element: XmlElement }[] {
  const named = chardevElements.flatMap((device) =>
    children(devices, device).map((element) => ({ device, element })),
  );
  const egd = children(devices, 'rng')
    .flatMap((rng) => children(rng, 'backend'))
    .filter((backend) => attribute(backend, 'model') === 'egd');
  return [...named, ...egd.map((element) => ({ device: 'rng', element }))];
}

/** True if QEMU starts without a connection and reconnects. */
export function reconnects(source: XmlElement | undefined): boolean {
  return attribute(source === undefined ? undefined : child(source, 'reconnect'), 'enabled') === 'yes';
}

/** Paths of the sources and logs of character devices. */
export function chardevPathsOf(devices: XmlElement): readonly DomainPath[] {
  const found = chardevsOf(devices).flatMap(({ device, element }): readonly DomainPath[] => {
    const source = child(element, 'source');
    const path = attribute(source, 'path');
    const logs = absolutePaths('log', attribute(child(element, 'log'), 'file'), 'parent');
    if (path === undefined || libvirtChannelSocket.test(path)) return logs;
    switch (attribute(element, 'type')) {
      case 'dev':
        return [{ device, path, wants: 'exists' }, ...logs];
      case 'pipe':
        return [{ device, path, wants: 'pipe' }, ...logs];
      case 'file':
        return [{ device, path, wants: 'parent' }, ...logs];
      case 'unix': {
        // libvirt refuses a missing one, because it has to change its owner to QEMU's user.
        const connects = reconnects(source) ? 'exists' : 'listener';
        return [{ device, path, wants: attribute(source, 'mode') === 'bind' ? 'parent' : connects }, ...logs];
      }
      default:
        // `pty` names a device that each host assigns at run time.
        return logs;
    }
  });
  // libvirt lists the first serial device again as a console. The admin defined the serial device.
  return found.filter(({ path }, index) => found.findIndex((each) => each.path === path) === index);
}

/** Network endpoints of character devices. */
export function chardevEndpointsOf(devices: XmlElement): readonly DomainEndpoint[] {
  const found = chardevsOf(devices).flatMap(({ device, element }): readonly DomainEndpoint[] => {
    const protocol = attribute(element, 'type');
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    return children(element, 'source').flatMap((source): readonly DomainEndpoint[] => {
      const service = attribute(source, 'service') ?? '';
      const mode = attribute(source, 'mode') === 'bind' ? 'bind' : 'connect';
      // UDP needs no listener.
      const needless = mode === 'connect' ? protocol === 'udp' || reconnects(source) : Number(service) === 0;
      return needless ? [] : [{ device, protocol, mode, host: attribute(source, 'host') ?? '', service }];
    });
  });
  const key = ({ protocol, mode, host, service }: DomainEndpoint): string =>
    [protocol, mode, host, service].join(' ');
  return found.filter((one, index) => found.findIndex((each) => key(each) === key(one)) === index);
}
