// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../xml.ts';

/** A trusted platform module. */
export interface DomainTpm {
  /** `emulator`, `passthrough` or `external`. */
  readonly backend: string;
  /** Of its specification, for example `2.0`, where the definition says it. */
  readonly version?: string;
  /** Of an external one: the socket of the program. */
  readonly socket?: string;
  /** The secret for encrypted state. */
  readonly secret?: string;
}

/** Parses `<tpm>`. */
export function tpmOf(element: XmlElement): DomainTpm {
  const backend = child(element, 'backend');
  const socket = attribute(backend === undefined ? undefined : child(backend, 'source'), 'path');
  const secret = attribute(backend === undefined ? undefined : child(backend, 'encryption'), 'secret');
  const version = attribute(backend, 'version');
  return {
    backend: attribute(backend, 'type') ?? '',
    ...(version === undefined ? {} : { version }),
    ...(socket === undefined ? {} : { socket }),
    ...(secret === undefined ? {} : { secret }),
  };
}
