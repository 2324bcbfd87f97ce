// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, children, type XmlElement } from '../xml.ts';

/** A server of the VM's display: VNC, SPICE. */
export interface DomainGraphics {
  readonly type: string;
  /** Addresses and networks that it listens on. */
  readonly listens: readonly {
    readonly type: string;
    readonly address?: string;
    readonly network?: string;
  }[];
  /** A fixed port. */
  readonly port?: number;
  /** The port for browsers. libvirt sends the VM's present one, even if it was chosen automatically. */
  readonly websocket?: number;
  /** SPICE: a channel requires TLS, or there is a fixed TLS port. */
  readonly needsTls?: boolean;
}

/** Parses `<graphics>`. */
export function graphicsOf(element: XmlElement): DomainGraphics {
  const port = Number(attribute(element, 'port') ?? NaN);
  const fixed = attribute(element, 'autoport') !== 'yes' && Number.isInteger(port) && port > 0;
  const listens = children(element, 'listen').map((listen) => {
    const address = attribute(listen, 'address');
    const network = attribute(listen, 'network');
    return {
      type: attribute(listen, 'type') ?? 'address',
      ...(address === undefined ? {} : { address }),
      ...(network === undefined ? {} : { network }),
    };
  });
  const old = attribute(element, 'listen');
  const websocket = Number(attribute(element, 'websocket') ?? NaN);
  const needsTls =
    attribute(element, 'defaultMode') === 'secure' ||
    children(element, 'channel').some((channel) => attribute(channel, 'mode') === 'secure') ||
    (attribute(element, 'autoport') !== 'yes' && Number(attribute(element, 'tlsPort') ?? NaN) > 0);
  return {
    type: attribute(element, 'type') ?? '',
    listens: listens.length === 0 && old !== undefined ? [{ type: 'address', address: old }] : listens,
    ...(fixed ? { port } : {}),
    ...(Number.isInteger(websocket) && websocket > 0 ? { websocket } : {}),
    ...(needsTls ? { needsTls } : {}),
  };
}
