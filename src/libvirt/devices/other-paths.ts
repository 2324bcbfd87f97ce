// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, textOf, type XmlElement } from '../xml.ts';
import { absolutePaths, type DomainPath } from './device-path.ts';

/** libvirt creates sockets of graphics without a path in a folder of its own for each VM. */
const perDomainFolder = /^\/(?:var\/)?(?:run|lib)\/libvirt\/qemu\/domain-[^/]+\//;

function rngPaths(rng: XmlElement): readonly DomainPath[] {
  const backend = child(rng, 'backend');
  return backend === undefined || attribute(backend, 'model') !== 'random'
    ? []
    : absolutePaths('rng', textOf(backend));
}

function inputPaths(input: XmlElement): readonly DomainPath[] {
  const source = child(input, 'source');
  return absolutePaths('input', attribute(source, 'evdev') ?? attribute(source, 'dev'));
}

function memoryPaths(memory: XmlElement): readonly DomainPath[] {
  const source = child(memory, 'source');
  const path = source === undefined ? undefined : child(source, 'path');
  const size = child(memory, 'target', 'size');
  // libvirt prints them in KiB, whatever unit was given.
  const kib = (attribute(size, 'unit') ?? 'KiB') === 'KiB' && size !== undefined ? Number(textOf(size)) : NaN;
  return (path === undefined ? [] : absolutePaths('memory', textOf(path))).map((each) =>
    Number.isSafeInteger(kib) && kib > 0 ? { ...each, leastBytes: kib * 1024 } : each,
  );
}

function scriptPaths(element: XmlElement): readonly DomainPath[] {
  // For other types, libvirt does not run a script.
  if (attribute(element, 'type') !== 'ethernet') return [];
  return [
    ...absolutePaths('script', attribute(child(element, 'script'), 'path')),
    ...absolutePaths('downscript', attribute(child(element, 'downscript'), 'path'), 'afterwards'),
  ];
}

function graphicsSockets(graphics: XmlElement): readonly DomainPath[] {
  return children(graphics, 'listen')
    .filter((listen) => attribute(listen, 'type') === 'socket')
    .flatMap((listen) => absolutePaths('graphics', attribute(listen, 'socket'), 'parent'))
    .filter(({ path }) => !perDomainFolder.test(path));
}

/** Paths of all devices except disks and character devices. */
export function otherPathsOf(devices: XmlElement): readonly DomainPath[] {
  const of = (name: string, read: (element: XmlElement) => readonly DomainPath[]): readonly DomainPath[] =>
    children(devices, name).flatMap(read);
  return [
    ...of('rng', rngPaths),
    ...of('input', inputPaths),
    ...of('vsock', () => absolutePaths('vsock', '/dev/vhost-vsock')),
    ...of('graphics', (element) => absolutePaths('graphics', attribute(child(element, 'gl'), 'rendernode'))),
    ...of('memory', memoryPaths),
    ...devices.children.flatMap((node) =>
      node.kind === 'element' ? absolutePaths('rom', attribute(child(node, 'rom'), 'file')) : [],
    ),
    ...of('interface', scriptPaths),
    ...of('graphics', graphicsSockets),
  ];
}
