// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, type XmlElement } from '../xml.ts';

/** A folder that the host shares with the VM. */
export interface DomainFilesystem {
  /** `virtiofs`, or `9p` (libvirt's drivers `path`, `handle` and none). */
  readonly driver: 'virtiofs' | '9p';
  /** The folder, or the socket of an external virtiofsd. */
  readonly source: string;
  /** Tag under which the guest mounts it. */
  readonly target: string;
}

/** Parses `<filesystem>`. */
export function filesystemOf(element: XmlElement): DomainFilesystem {
  const source = child(element, 'source');
  return {
    driver: attribute(child(element, 'driver'), 'type') === 'virtiofs' ? 'virtiofs' : '9p',
    source: attribute(source, 'dir') ?? attribute(source, 'socket') ?? '',
    target: attribute(child(element, 'target'), 'dir') ?? '',
  };
}
