// SPDX-License-Identifier: LGPL-2.1-or-later

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/engine/base/message.ts';
import { scriptWords } from '../../src/engine/base/shell-quote.ts';
import { isHostName } from '../../src/engine/destination/host-name.ts';
import { parseMigrationUriInput } from '../../src/engine/destination/migration-uri.ts';
import { parseDiskNames } from '../../src/engine/plan/disk-names.ts';
import { type FactContext, FactUnavailable } from '../../src/engine/preflight/fact.ts';
import { readComparison } from '../../src/engine/preflight/facts/cpu-comparison.ts';
import { parseAddressesOf, parseMigrationUri } from '../../src/engine/preflight/facts/data-address.ts';
import { parseDefinition } from '../../src/engine/preflight/facts/definition.ts';
import { parseDomainList, parseIncoming } from '../../src/engine/preflight/facts/destination-domains.ts';
import { parsePool } from '../../src/engine/preflight/facts/destination-pools.ts';
import { domainFact, type SourceDomain } from '../../src/engine/preflight/facts/domain.ts';
import { parseStats, statOf } from '../../src/engine/preflight/facts/domain-stats.ts';
import {
  type FileReading,
  type HostReading,
  parseReading,
  readingParameters,
  readingScript,
} from '../../src/engine/preflight/facts/host-reading/index.ts';
import { parseHost } from '../../src/engine/preflight/facts/hosts.ts';
import { parseAddresses } from '../../src/engine/preflight/facts/local-names.ts';
import { hasJob } from '../../src/engine/preflight/facts/run-state.ts';
import { parseCertificate } from '../../src/engine/preflight/facts/server-identity.ts';
import { snapshotsFact } from '../../src/engine/preflight/facts/snapshots.ts';
import { parseSshConfiguration } from '../../src/engine/preflight/facts/ssh-route.ts';
import { parseVolume } from '../../src/engine/preflight/facts/volumes.ts';
import { compareFiles, compareWithPool, epochTime } from '../../src/engine/preflight/judging/same-file.ts';
import { signInProblem } from '../../src/engine/preflight/judging/sign-in-problem.ts';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { parsePropertyList } from '../../src/libvirt/property-list.ts';
import type { VirshAnswer } from '../../src/libvirt/virsh.ts';
import { XmlError } from '../../src/libvirt/xml.ts';
import { destination, file } from '../engine/fixtures.ts';
import { anyText, attempt, broken, expectNoHang, hostileName, translated } from './mangled.ts';
import * as sample from './samples.ts';
import { diskPath, dominfo, domstats, dumpxml, hostReading, noJob, runningJob, stat } from './samples.ts';

/** The value of a fact for these answers. It uses nothing else of the context. */
async function gathered(
  fact: { gather: typeof domainFact.gather } | { gather: typeof snapshotsFact.gather },
  texts: Readonly<Record<string, string>>,
): Promise<unknown> {
  const answers = new Map<string, VirshAnswer>(
    Object.entries(texts).map(([id, text]) => [id, { id, ok: true, text }]),
  );
  try {
    return await fact.gather({ answers }, {}, {} as FactContext, () => undefined);
  } catch (error) {
    if (error instanceof FactUnavailable || error instanceof XmlError) return undefined;
    throw error;
  }
}

const healthyAnswers = { dumpxml, 'dumpxml-migratable': dumpxml, domstats, domjobinfo: noJob };

describe('figures of VMs', () => {
  it('are whole numbers or none', () => {
    fc.assert(
      fc.property(broken(domstats), (text) => {
        for (const { values } of parseStats(text))
          for (const key of values.keys()) {
            const figure = statOf(values, key);
            expect(
              figure === undefined || (Number.isSafeInteger(figure) && figure >= 0),
              values.get(key),
            ).toBe(true);
          }
      }),
      { numRuns: 500 },
    );
  });

  it('belong to the VM with the name above them, whatever the name', () => {
    fc.assert(
      fc.property(hostileName, hostileName, (one, other) => {
        const text = [one, other]
          .map((name, index) => `Domain: '${name}'\n  state.state=${index}\n`)
          .join('\n');
        expect(parseStats(text).map(({ name, values }) => [name, statOf(values, 'state.state')])).toEqual([
          [one, 0],
          [other, 1],
        ]);
      }),
      { numRuns: 300 },
    );
  });

  it('do not hang', () => {
    expectNoHang(parseStats, domstats);
  }, 30_000);
});

describe('the VM on this host', () => {
  it('has numbers for its state, or is unknown', async () => {
    await fc.assert(
      fc.asyncProperty(broken(domstats), broken(dumpxml), fc.boolean(), async (stats, xml, both) => {
        const domain = (await gathered(domainFact, {
          ...healthyAnswers,
          domstats: stats,
          ...(both ? { dumpxml: xml } : {}),
        })) as SourceDomain | undefined;
        if (domain === undefined) return;
        for (const figure of [domain.state, domain.reason, domain.memoryBytes, domain.residentBytes ?? 0])
          expect(Number.isSafeInteger(figure) && figure >= 0, String(figure)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['state.state', 'state.reason'])('is not known without %s', async (key) => {
    for (const value of ['', 'NaN', '-1', '1e0', '0x1', '9'.repeat(400), '٣', ' 1']) {
      const stats = domstats.replace(`${key}=1`, `${key}=${value}`);
      expect(await gathered(domainFact, { ...healthyAnswers, domstats: stats }), value).toBeUndefined();
    }
    expect(
      await gathered(domainFact, { ...healthyAnswers, domstats: domstats.replace(`  ${key}=1\n`, '') }),
    ).toBeUndefined();
    expect(await gathered(domainFact, healthyAnswers)).toMatchObject({ state: 1, reason: 1 });
  });
});

describe('whether a job is running', () => {
  const running = 1;
  it('is read from virsh’s English output, or is unknown', () => {
    fc.assert(
      fc.property(broken(runningJob, noJob), (job) => {
        const outcome = attempt(() => hasJob({ job, state: running }), FactUnavailable);
        if ('read' in outcome) expect(job).toMatch(/Job type:/);
        else expect(outcome.refused).toMatchObject({ unavailability: { original: job } });
      }),
      { numRuns: 500 },
    );
    for (const text of [
      '',
      translated(runningJob, 'de'),
      translated(noJob, 'fr'),
      'Job type: Unbekannt',
      'Job type:',
    ])
      expect(attempt(() => hasJob({ job: text, state: running }), FactUnavailable)).toHaveProperty('refused');
    expect(hasJob({ job: runningJob, state: running })).toBe(true);
    expect(hasJob({ job: noJob, state: running })).toBe(false);
  });

  it('does not hang', () => {
    expectNoHang(parsePropertyList, runningJob);
  }, 30_000);
});

describe("a VM's stored definition", () => {
  it('is read from virsh’s English output, or is unknown', () => {
    fc.assert(
      fc.property(broken(dominfo()), (text) => {
        const definition = parseDefinition(text);
        if (definition === undefined) return;
        expect(text).toMatch(definition.persistent ? /Persistent:\s*yes/ : /Persistent:\s*no/);
        expect(text).toMatch(definition.autostart ? /Autostart:\s*enable/ : /Autostart:\s*disable/);
      }),
      { numRuns: 500 },
    );
    for (const language of ['fr', 'de'] as const)
      expect(parseDefinition(translated(dominfo(), language))).toBeUndefined();
  });

  it('is not read from the name of the VM', () => {
    const lie = fc
      .constantFrom('\u2028', '\u2029', '\r', ' ')
      .map((end) => `${end}Persistent:     no${end}Autostart:      enable${end}`);
    fc.assert(
      fc.property(hostileName, lie, (name, more) => {
        expect(parseDefinition(dominfo(name + more))).toEqual({ persistent: true, autostart: false });
      }),
      { numRuns: 200 },
    );
  });

  it('does not hang', () => {
    expectNoHang(parseDefinition, dominfo());
  }, 30_000);
});

describe('snapshots', () => {
  it('have their own names', async () => {
    const name = hostileName.filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 5 }),
        fc.array(name, { maxLength: 5 }),
        async (snapshots, checkpoints) => {
          const texts = { snapshots: snapshots.join('\n'), checkpoints: `${checkpoints.join('\n')}\n` };
          expect(await gathered(snapshotsFact, texts)).toEqual({ snapshots, checkpoints });
        },
      ),
      { numRuns: 200 },
    );
    expect(await gathered(snapshotsFact, { snapshots: '' })).toBeUndefined();
  });
});

const mark = '==mark==';
const reading = (text: string): HostReading | undefined =>
  parseReading(text, mark, { careful: [diskPath], once: ['/images'] });
const healthy = hostReading(mark);

/** One line of text without the marker, which is random. */
const line = anyText.map((text) => text.replace(/\n/g, ' '));

describe("a look at a host's files", () => {
  it('is parsed or missing, with sizes and ports that are numbers', () => {
    fc.assert(
      fc.property(broken(healthy), (text) => {
        const found = reading(text);
        if (found === undefined) return;
        for (const port of found.listening) expect(port >= 0 && port < 65536).toBe(true);
        for (const file of found.files.values()) {
          expect(Number.isFinite(file.sizeBytes) && file.sizeBytes >= 0, String(file.sizeBytes)).toBe(true);
          if (file.exists) expect(file.inode).toMatch(/^\d+$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is missing if it is cut', () => {
    fc.assert(
      fc.property(fc.nat({ max: healthy.length - 'end\n'.length }), (length) => {
        expect(reading(healthy.slice(0, length))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    expect(reading(healthy)?.files.get(diskPath)).toMatchObject({
      exists: true,
      fileSystem: 'fuse.glusterfs',
    });
  });

  it('says that a file is missing only if stat said so', () => {
    const missing = 'gone 1';
    expect(reading(healthy.replaceAll(stat, missing))?.files.get(diskPath)).toMatchObject({ exists: false });
    fc.assert(
      fc.property(
        line.filter((text) => !/^(gone|stat) \d/.test(text)),
        (said) => {
          expect(reading(healthy.replaceAll(stat, () => said))?.files.has(diskPath)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is not read from the name of a file in the output', () => {
    const lie = fc
      .constantFrom('\n', '\u2028', '\u2029', '\r')
      .map(
        (end) => `${end}stat 5 10 -|2026-01-31 10:00:00.000000001 +0000|regular file|0 0${end}size 10${end}x`,
      );
    fc.assert(
      fc.property(fc.array(lie, { minLength: 1, maxLength: 2 }), (lies) => {
        const paths = lies.map((name, index) => `/nowhere/${index}${name}`);
        const input = `set -- ${scriptWords(mark, ...readingParameters({ careful: paths, once: [] }))}\n${readingScript}`;
        const text = execFileSync('sh', ['-s'], { input, encoding: 'utf8' });
        for (const path of paths)
          expect(parseReading(text, mark, { careful: paths, once: [] })?.files.get(path)).toMatchObject({
            exists: false,
          });
      }),
      // Each run is a process that waits between its samples.
      { numRuns: 2 },
    );
  });

  it('is not read from a setting either', () => {
    fc.assert(
      fc.property(line, (value) => {
        // Characters that end a text in libvirt's configuration files; see test/properties/vir-conf.test.ts.
        const text = value.replace(/['\r]/g, '');
        const settings = reading(healthy.replace('"beta-data"', () => `'${text}'`))?.settings;
        expect(settings?.get('migration_host')).toBe(text);
        expect(settings?.size).toBe(3);
      }),
      { numRuns: 300 },
    );
  });

  it('does not hang', () => {
    expectNoHang((text) => {
      reading(text);
      for (const section of ['sockets', 'configuration', 'addresses', 'devices', 'space', 'mounts', 'files'])
        reading(healthy.replace(`${mark} ${section}\n`, () => `${mark} ${section}\n${text}`));
    }, healthy);
  }, 30_000);
});

/** A word of an argument list that is no option, and has only characters of host names. */
const hostLike = /^[A-Za-z0-9_:][A-Za-z0-9_.:%-]*$/;

describe('the VMs of the destination', () => {
  it('are complete or unknown', () => {
    fc.assert(
      fc.property(broken(sample.listed), (text) => {
        const lines = text.split('\n').filter((line) => line.trim() !== '');
        const known = parseDomainList(text, true);
        expect(known?.length ?? lines.length).toBe(lines.length);
        for (const { uuid } of known ?? []) expect(uuid).toMatch(/^[0-9a-f-]{36}$/i);
      }),
      { numRuns: 500 },
    );
    expect(parseDomainList('', true)).toEqual([]);
  });

  it('have any names, whether or not the version of virsh pads the column', () => {
    const names = fc.array(
      hostileName.filter((name) => name.trimEnd() === name),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(names, fc.boolean(), (all, filled) => {
        const text = all.map((name) => `${sample.uuid} ${filled ? name.padEnd(30) : name}\n`).join('');
        expect(parseDomainList(text, true)?.map(({ name }) => name)).toEqual(all);
      }),
      { numRuns: 300 },
    );
  });

  it('are incoming only if virsh says so, or this is unknown', () => {
    expect(parseIncoming(sample.paused)).toEqual(['db']);
    expect(parseIncoming('\n')).toEqual([]);
    expect(parseIncoming(translated(sample.paused, 'de'))).toBeUndefined();
    for (const reason of ['', 'NaN', '-2', '2.0', '٢'])
      expect(parseIncoming(sample.paused.replace('reason=2', `reason=${reason}`))).toBeUndefined();
    fc.assert(
      fc.property(broken(sample.paused), (text) => {
        const arriving = parseIncoming(text);
        if (arriving !== undefined && text.trim() !== '') expect(text).toContain("Domain: '");
      }),
      { numRuns: 300 },
    );
  });

  it('do not hang', () => {
    expectNoHang((text) => [parseDomainList(text, true), parseIncoming(text)], sample.listed, sample.paused);
  }, 30_000);
});

describe("the comparison of the VM's CPU", () => {
  it('proves something only with the exact text of virsh', () => {
    for (const text of [sample.identical, sample.superset])
      expect(readComparison({ ok: true, text }).kind).toBe('compatible');
    const answer = fc.oneof(
      broken(sample.identical, sample.superset).map((text) => ({ ok: true as const, text })),
      anyText.map((error) => ({ ok: false as const, error })),
      fc
        .constantFrom('not identical', 'is not a superset of it', 'CPU x is not identical to the CPU')
        .map((text) => ({ ok: true as const, text })),
    );
    fc.assert(
      fc.property(answer, (given) => {
        const comparison = readComparison(given);
        if (comparison.kind === 'compatible')
          expect('text' in given ? given.text : '').toMatch(
            /is identical to the CPU provided by|is a superset of CPU described/,
          );
      }),
      { numRuns: 500 },
    );
    for (const language of ['fr', 'de'] as const)
      for (const text of [sample.identical, sample.superset])
        expect(readComparison({ ok: true, text: translated(text, language) }).kind).toBe('not-compared');
  });

  it('does not hang', () => {
    expectNoHang(
      (text) => [readComparison({ ok: true, text }), readComparison({ ok: false, error: text })],
      sample.identical,
      'Cannot check QEMU binary /x: No such file',
      'error: missing features: a, b',
    );
  }, 30_000);
});

describe('a host', () => {
  it('is identified by a name and a UUID, or is unknown', () => {
    fc.assert(
      fc.property(
        broken(sample.capabilities(sample.betaUuid)),
        fc.oneof(fc.constant('beta\n'), anyText),
        (text, name) => {
          const outcome = attempt(() => attempt(() => parseHost(name, text), FactUnavailable), XmlError);
          if ('refused' in outcome || 'refused' in outcome.read) return;
          expect(outcome.read.read.uuid).toMatch(/^[0-9a-f-]{36}$/);
          expect(outcome.read.read.hostname).toMatch(hostLike);
        },
      ),
      { numRuns: 500 },
    );
    for (const text of [
      '<capabilities/>',
      '<capabilities><host/></capabilities>',
      sample.capabilities(''),
      sample.capabilities('x'),
    ])
      expect(attempt(() => parseHost('beta', text), FactUnavailable)).toHaveProperty('refused');
    expect(parseHost('beta', sample.capabilities(sample.betaUuid)).uuid).toBe(sample.betaUuid);
  });
});

describe('a volume of a pool', () => {
  it('has a valid size, or none', () => {
    fc.assert(
      fc.property(broken(sample.volume), (text) => {
        const outcome = attempt(() => parseVolume(text), XmlError);
        if ('read' in outcome && outcome.read.sizeBytes !== undefined)
          expect(Number.isSafeInteger(outcome.read.sizeBytes) && outcome.read.sizeBytes >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
    for (const size of ['', 'NaN', '-1', '1e3', '9'.repeat(400)])
      expect(parseVolume(sample.volume.replace('>10<', `>${size}<`)).sizeBytes, size).toBeUndefined();
  });
});

describe('a storage pool there', () => {
  it('has a name, a valid folder, and its free space, or none of them', () => {
    fc.assert(
      fc.property(broken(sample.pool), (text) => {
        const outcome = attempt(() => parsePool(text, true), XmlError);
        if (!('read' in outcome)) return;
        const { path, availableBytes } = outcome.read;
        if (path !== undefined) expect(path === '/' || !path.endsWith('/')).toBe(true);
        if (availableBytes !== undefined) expect(Number.isSafeInteger(availableBytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(parsePool(sample.pool, true)).toMatchObject({ name: 'images', path: '/images' });
    for (const size of ['', 'NaN', '-1', '1e3', '9'.repeat(400)])
      expect(
        parsePool(sample.pool.replace('>245556723712<', `>${size}<`), true).availableBytes,
        size,
      ).toBeUndefined();
  });
});

describe('names of disks', () => {
  it('are valid for libvirt, whatever is typed', () => {
    const piece = fc.oneof(anyText, fc.constantFrom('vda', 'sdb', ',', ' ', '--', "'"));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        for (const name of parseDiskNames(pieces.join('')) ?? []) expect(name).toMatch(/^[a-z]{2,3}\w+$/);
      }),
      { numRuns: 500 },
    );
    expect(parseDiskNames('vdb, vda,vdb')).toEqual(['vda', 'vdb']);
    for (const text of ['', ',', 'vda,', '1', '--domain', 'vda;ls'])
      expect(parseDiskNames(text), text).toBeUndefined();
  });

  it('do not hang', () => {
    expectNoHang(parseDiskNames, 'vda,vdb');
  }, 30_000);
});

describe('the address of the data', () => {
  it('consists of addresses only', () => {
    fc.assert(
      fc.property(broken(sample.ahosts), (text) => {
        for (const address of parseAddressesOf(text))
          expect(address).toMatch(/^([\d.]+|[0-9a-f.]*:[0-9a-f:.]*(%[\w.-]+)?)$/i);
      }),
      { numRuns: 500 },
    );
    expect(parseAddressesOf(sample.ahosts)).toEqual(['10.1.0.2', 'fe80::1%eth0', '2001:db8::2']);
  });

  it('has a host that no program takes as an option', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('', ':49160', ':0', ':99999', '/'), (host, end) => {
        const parsed = parseMigrationUri(`tcp://${host}${end}`);
        if (parsed === undefined) return;
        expect(parsed.host).toMatch(hostLike);
        expect(parsed.port ?? 1).toBeGreaterThan(0);
        expect(parsed.port ?? 1).toBeLessThan(65536);
      }),
      { numRuns: 500 },
    );
    for (const text of ['-x', '--help', '', ' ', 'a b', 'a\nb', 'a'.repeat(300)])
      expect(isHostName(text)).toBe(false);
    expect(parseMigrationUri('tcp://-x')).toBeUndefined();
  });

  it('accepts every address that the form accepts', () => {
    const piece = fc.constantFrom(
      '10.0.0.2',
      'beta',
      'beta-data.lab',
      '[fe80::1%eth0]',
      '[2001:db8::1]',
      ':49160',
      ':99999',
      ':0',
      'tcp://',
      'x',
      '-',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.array(piece, { maxLength: 4 }).map((all) => all.join('')),
        ),
        (typed) => {
          const address = parseMigrationUriInput(typed);
          if (address.kind === 'valid') expect(parseMigrationUri(address.uri), address.uri).toBeDefined();
        },
      ),
      { numRuns: 1000 },
    );
    expect(parseMigrationUriInput('[fe80::1%eth0]:49160').kind).toBe('valid');
  });

  it('does not hang', () => {
    expectNoHang(
      (text) => [
        parseAddressesOf(text),
        parseMigrationUri(text),
        parseMigrationUri(`tcp://${text}`),
        parseMigrationUriInput(text),
        parseAddresses(text),
      ],
      sample.ahosts,
      'tcp://[::1]:1',
    );
  }, 30_000);
});

describe("ssh's configuration", () => {
  it('has every keyword with its value', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => !/[\s\n]/.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(word, hostileName), { selector: ([key]) => key }), (pairs) => {
        const text = pairs.map(([key, value]) => `${key} ${value}`).join('\n');
        const read = parseSshConfiguration(text);
        for (const [key, value] of pairs) expect(read.get(key)).toBe(value);
      }),
      { numRuns: 200 },
    );
    expectNoHang(parseSshConfiguration, sample.sshConfiguration);
  }, 30_000);
});

describe('a shown certificate', () => {
  const now = Date.parse('2026-06-01T00:00:00Z');

  it('is valid only with real dates', () => {
    expect(parseCertificate(sample.certificate, now)).toMatchObject({
      validity: 'valid',
      names: 'DNS:beta, IP Address:10.1.0.2',
    });
    fc.assert(
      fc.property(broken(sample.certificate), (text) => {
        const shown = parseCertificate(text, now);
        if (shown?.validity !== 'valid') return;
        expect(Date.parse(shown.notBefore)).toBeLessThanOrEqual(now);
        expect(Date.parse(shown.notAfter)).toBeGreaterThanOrEqual(now);
      }),
      { numRuns: 500 },
    );
    for (const date of ['', 'never', 'déc. 23 2027', 'NaN'])
      expect(
        parseCertificate(sample.certificate.replace('Dec 23 11:15:44 2027 GMT', date), now),
      ).toBeUndefined();
  });

  it('does not hang', () => {
    expectNoHang((text) => parseCertificate(text, now), sample.certificate);
  }, 30_000);
});

const time = '2026-01-31 10:00:00.123456789 +0000';
const epoch = '1769853600.123456789';

describe('comparing two readings of a file', () => {
  const here = file({ fileSystem: 'ext4', mountSource: '/dev/sda1' });
  const to = { name: 'beta' };

  it('proves nothing with an invalid time', () => {
    const text = broken(time).filter((each) => epochTime(each) === undefined);
    fc.assert(
      fc.property(text, fc.boolean(), (said, birth) => {
        const look: FileReading = birth
          ? { ...here, changeTimes: [], birthTime: said }
          : { ...here, changeTimes: [said] };
        expect(compareFiles(look, look, to).kind).toBe('not-proved');
        expect(compareWithPool(look, { changeTime: said }, to).kind).toBe('not-proved');
      }),
      { numRuns: 500 },
    );
    expect(compareFiles(here, here, to).kind).toBe('same');
    for (const said of ['?', '-', '', 'W', '0'])
      expect(
        compareFiles(
          { ...here, changeTimes: [], birthTime: said },
          { ...here, changeTimes: [], birthTime: said },
          to,
        ).kind,
      ).toBe('not-proved');
  });

  it('never treats different inodes, or a missing file, as the same file', () => {
    const look = fc.record({
      exists: fc.boolean(),
      kind: fc.constantFrom('regular file', 'block special file', '', 'fichier'),
      inode: fc.constantFrom('', '1', '2', '٣'),
      sizeBytes: fc.nat(),
      changeTimes: fc.array(fc.oneof(fc.constant(time), anyText), { maxLength: 3 }),
      birthTime: fc.oneof(fc.constant(time), anyText),
      fileSystem: fc.constantFrom('', 'nfs4', 'fuse.glusterfs', 'ext4', 'constructor'),
      mountSource: anyText,
      deviceIds: fc.array(
        anyText.filter((id) => id !== ''),
        { maxLength: 2 },
      ),
      qemu: fc.constant({}),
    });
    fc.assert(
      fc.property(look, look, (one, other) => {
        const { kind } = compareFiles(one, other, to);
        if (kind !== 'same') return;
        expect(other.exists).toBe(true);
        const devices = one.kind.startsWith('block');
        expect(other.kind.startsWith('block')).toBe(devices);
        if (devices) expect(one.deviceIds.some((id) => other.deviceIds.includes(id))).toBe(true);
        else expect(one.inode).toBe(other.inode);
      }),
      { numRuns: 1000 },
    );
  });

  it('recognizes the same time in both notations, and no other', () => {
    expect(epochTime(time)).toBe(epoch);
    const moment = fc.date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, fc.nat(999_999_999), (date, nanoseconds) => {
        const seconds = Math.floor(date.getTime() / 1000);
        const fraction = String(nanoseconds).padStart(9, '0');
        const written = `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}.${fraction} +0000`;
        expect(epochTime(written)).toBe(`${seconds}.${fraction}`);
        const look = { ...here, changeTimes: [written] };
        expect(compareWithPool(look, { changeTime: `${seconds}.${fraction}` }, to).kind).toBe('same');
        expect(compareWithPool(look, { changeTime: `${seconds + 1}.${fraction}` }, to).kind).toBe(
          'not-proved',
        );
      }),
      { numRuns: 300 },
    );
  });

  it('does not hang', () => {
    expectNoHang(
      (text) => [
        epochTime(text),
        compareWithPool({ ...here, changeTimes: [text] }, { changeTime: text }, to),
      ],
      time,
      epoch,
    );
  }, 30_000);
});

describe('why a destination refused the connection', () => {
  const refusals = [
    'Cannot recv data: Host key verification failed.: Connection reset by peer',
    'Cannot recv data: root@beta: Permission denied (publickey,password).: Connection reset by peer',
    'Offending ECDSA key in /root/.ssh/known_hosts:1',
    'Cannot recv data: sh: 1: nc: not found: Connection reset by peer',
    'Unable to set x509 key and certificate: /etc/pki/x.pem: Error while reading file.',
    "authentication failed: Failed to verify peer's certificate",
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
  ];
  const problem = (uri: string, text: string): ReturnType<typeof signInProblem> =>
    signInProblem(
      destination(uri),
      { host: 'beta', port: 22, indirect: false },
      new LibvirtError('other', text),
      { hostKeys: [text] },
    );

  it('is always explained, with something to do', () => {
    const uris = fc.constantFrom(
      'qemu+ssh://beta/system',
      'qemu+tls://beta/system',
      'qemu+tcp://beta/system',
    );
    fc.assert(
      fc.property(uris, broken(...refusals), (uri, text) => {
        const { found, remedies } = problem(uri, text);
        expect(plainText(found)).not.toMatch(/^$|\$\d|undefined/);
        expect(remedies.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('does not hang', () => {
    expectNoHang(
      (text) => [problem('qemu+ssh://beta/system', text), problem('qemu+tls://beta/system', text)],
      ...refusals,
    );
  }, 30_000);
});
