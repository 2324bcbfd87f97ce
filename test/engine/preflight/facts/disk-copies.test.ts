// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import {
  copyableDisks,
  locationName,
  parseCapacities,
} from '../../../../src/engine/preflight/facts/disk-copies.ts';
import { domain } from '../../fixtures.ts';

const disk = (attributes: string, source: string, target: string, more = ''): string =>
  `<disk ${attributes}><driver name='qemu' type='raw'/><source ${source}/><target dev='${target}'/>${more}</disk>`;

describe('the disks that can be copied', () => {
  it('are those that the VM writes to, from files, devices and volumes', () => {
    const { disks } = domain(
      {},
      disk("type='file' device='disk'", "file='/images/web.img'", 'vda') +
        disk("type='block' device='disk'", "dev='/dev/sdb'", 'vdb') +
        disk("type='volume' device='disk'", "pool='data' volume='web'", 'vdc'),
    ).config;
    expect(copyableDisks(disks).map(({ disk: name, place }) => [name, locationName(place)])).toEqual([
      ['vda', '/images/web.img'],
      ['vdb', '/dev/sdb'],
      ['vdc', 'data/web'],
    ]);
  });

  it.each([
    ['a CD', disk("type='file' device='cdrom'", "file='/a.iso'", 'sda')],
    ['a floppy', disk("type='file' device='floppy'", "file='/a.img'", 'fda')],
    ['a LUN', disk("type='block' device='lun'", "dev='/dev/sdb'", 'sda')],
    ['one that is only read', disk("type='file' device='disk'", "file='/a'", 'vda', '<readonly/>')],
    ['one that several VMs share', disk("type='file' device='disk'", "file='/a'", 'vda', '<shareable/>')],
    ['a transient one', disk("type='file' device='disk'", "file='/a'", 'vda', '<transient/>')],
    ['storage over the network', disk("type='network' device='disk'", "protocol='rbd' name='p/a'", 'vda')],
  ])('are not %s', (_, xml) => {
    expect(copyableDisks(domain({}, xml).config.disks)).toEqual([]);
  });

  it('may be encrypted, wherever the definition says so', () => {
    const encryption = "<encryption format='luks'><secret type='passphrase' uuid='x'/></encryption>";
    const outside = disk("type='file' device='disk'", "file='/a'", 'vda', encryption);
    const inside = outside.replace(encryption, '').replace("file='/a'/>", `file='/a'>${encryption}</source>`);
    for (const xml of [outside, inside])
      expect(copyableDisks(domain({}, xml).config.disks)).toMatchObject([{ encrypted: true }]);
  });
});

describe('their sizes', () => {
  it('are told by their names in the guest, as many as are told', () => {
    const text = `Domain: 'web'
  block.count=3
  block.0.name=vda
  block.0.capacity=104857600
  block.1.name=vdb
  block.2.name=vdc
  block.2.capacity=-1
`;
    expect([...parseCapacities(text)]).toEqual([['vda', 104_857_600]]);
    expect([...parseCapacities('error: failed')]).toEqual([]);
  });
});
