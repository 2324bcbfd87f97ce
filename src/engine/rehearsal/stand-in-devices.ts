// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, type XmlElement } from '../../libvirt/xml.ts';
import { standInChannel, standInCharacterDevice } from './character-device.ts';
import { standInInterface } from './interface.ts';
import type { LeftOutKind, LeftOutList } from './left-out.ts';
import { type Relabelling, standInDisk } from './stand-in-disk.ts';
import { element, withoutAttributes, withoutChildren } from './xml-change.ts';

/** What the rules for one device need to know about the others. */
export interface DeviceContext {
  readonly leftOut: LeftOutList;
  readonly relabelling: readonly Relabelling[];
  /** Channels of SPICE are connected only with SPICE graphics. */
  readonly hasSpice: boolean;
  readonly newMac: () => string;
}

type Rule = (device: XmlElement, context: DeviceContext) => XmlElement | undefined;

const asItIs: Rule = (device) => device;

/** Leaves out a device, and names it by one of these attributes. */
function without(kind: LeftOutKind, ...names: readonly string[]): Rule {
  return (device, { leftOut }) => {
    const target = child(device, 'target');
    const name = names
      .map((each) => attribute(device, each) ?? attribute(target, each))
      .find((each) => each !== undefined);
    leftOut.add(kind, name ?? device.name);
    return undefined;
  };
}

const graphics: Rule = (device, { leftOut }) => {
  const type = attribute(device, 'type') ?? '';
  if (type !== 'vnc' && type !== 'spice') {
    leftOut.add('graphics', type);
    return undefined;
  }
  const listens = children(device, 'listen').map((listen) =>
    // The path of a socket is unique, and the VM uses it.
    attribute(listen, 'type') === 'socket'
      ? element('listen', { type: 'none' })
      : withoutAttributes(listen, 'fromConfig', 'socket'),
  );
  const rest = withoutAttributes(
    withoutChildren(device, 'listen', 'gl'),
    ...['port', 'tlsPort', 'websocket', 'socket', 'passwd', 'passwdValidTo', 'connected', 'listen'],
  );
  const toNobody = attribute(device, 'socket') !== undefined && listens.length === 0;
  return {
    ...rest,
    attributes: { ...rest.attributes, autoport: 'yes' },
    children: [...rest.children, ...listens, ...(toNobody ? [element('listen', { type: 'none' })] : [])],
  };
};

const video: Rule = (device, { leftOut }) => {
  const driver = child(device, 'driver');
  const models = children(device, 'model').map((model) => {
    if (attribute(child(model, 'acceleration'), 'accel3d') === 'yes') leftOut.add('graphics', 'accel3d');
    return withoutChildren(model, 'acceleration');
  });
  const rest = withoutChildren(device, 'model', 'driver');
  const kept =
    driver === undefined || attribute(driver, 'name') === 'vhostuser'
      ? []
      : [withoutAttributes(driver, 'name')];
  return { ...rest, children: [...kept, ...models, ...rest.children] };
};

const tpm: Rule = (device, { leftOut }) => {
  const backend = child(device, 'backend');
  const type = attribute(backend, 'type') ?? '';
  if (type !== 'emulator' || backend === undefined) {
    leftOut.add('tpm', type);
    return undefined;
  }
  // The stand-in gets a state of its own, unencrypted, because it holds no secret.
  const own = withoutAttributes(
    withoutChildren(backend, 'encryption', 'source'),
    'persistent_state',
    'debug',
    'shared',
  );
  const rest = withoutChildren(device, 'backend');
  return { ...rest, children: [...rest.children, own] };
};

const memory: Rule = (device, { leftOut }) => {
  const model = attribute(device, 'model') ?? '';
  if (model !== 'dimm' && model !== 'virtio-mem') {
    leftOut.add('persistent-memory', model);
    return undefined;
  }
  const source = child(device, 'source');
  if (source === undefined) return device;
  leftOut.add('memory-backing', model);
  return withoutChildren(device, 'source');
};

/** A CID of vsock belongs to one VM of the host. */
const vsock: Rule = (device) => {
  const rest = withoutChildren(device, 'cid');
  return { ...rest, children: [...rest.children, element('cid', { auto: 'yes' })] };
};

const input: Rule = (device, { leftOut }) => {
  const type = attribute(device, 'type') ?? '';
  if (type !== 'passthrough' && type !== 'evdev') return device;
  leftOut.add('input', attribute(child(device, 'source'), 'dev') ?? type);
  return undefined;
};

const redirected: Rule = (device, { leftOut, hasSpice }) => {
  const type = attribute(device, 'type') ?? attribute(device, 'mode') ?? '';
  const viaSpice = type === 'spicevmc' && hasSpice;
  if (viaSpice) return withoutChildren(device, 'source');
  leftOut.add('character-device', `${device.name} ${type}`);
  return undefined;
};

const smartcard: Rule = (device, context) => {
  if (attribute(device, 'mode') === 'passthrough') return redirected(device, context);
  context.leftOut.add('host-device', 'smartcard');
  return undefined;
};

/** Random numbers come from the kernel instead of another program. */
const rng: Rule = (device) => {
  const backend = child(device, 'backend');
  if (attribute(backend, 'model') !== 'egd') return device;
  const rest = withoutChildren(device, 'backend');
  const kernel = element('backend', { model: 'random' }, [{ kind: 'text', text: '/dev/urandom' }]);
  return { ...rest, children: [...rest.children, kernel] };
};

const rules: Readonly<Record<string, Rule>> = {
  emulator: asItIs,
  controller: asItIs,
  memballoon: asItIs,
  watchdog: asItIs,
  panic: asItIs,
  iommu: asItIs,
  hub: asItIs,
  sound: asItIs,
  crypto: asItIs,
  nvram: asItIs,
  redirfilter: asItIs,
  disk: (device, { relabelling, leftOut }) => standInDisk(device, relabelling, leftOut),
  interface: standInInterface,
  serial: standInCharacterDevice,
  parallel: standInCharacterDevice,
  console: standInCharacterDevice,
  channel: standInChannel,
  graphics,
  video,
  tpm,
  memory,
  vsock,
  input,
  rng,
  redirdev: redirected,
  smartcard,
  // Audio goes nowhere.
  audio: (device) => element('audio', { id: attribute(device, 'id') ?? '1', type: 'none' }),
  hostdev: without('host-device', 'type', 'mode'),
  lease: without('host-device'),
  filesystem: without('filesystem', 'dir'),
  shmem: without('shared-memory', 'name'),
  pstore: without('other'),
};

/** The devices of a stand-in: each unchanged, changed, or left out. */
export function standInDevices(devices: XmlElement, context: DeviceContext): XmlElement {
  return {
    ...devices,
    children: devices.children.flatMap((node) => {
      if (node.kind !== 'element') return [];
      const rule = Object.hasOwn(rules, node.name) ? rules[node.name] : undefined;
      if (rule === undefined) context.leftOut.add('other', node.name);
      const device = rule?.(node, context);
      return device === undefined ? [] : [device];
    }),
  };
}
