// SPDX-License-Identifier: LGPL-2.1-or-later
import { child, parseXml, serializeXml, textOf } from '../../libvirt/xml.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** What a host is, in its libvirt's own words. */
export interface Host {
  readonly hostname: string;
  /** The UUID by which libvirt tells hosts apart; empty if it tells none. */
  readonly uuid: string;
  readonly cpuModel: string;
  /** `<cpu>` of the host's capabilities: model and features. */
  readonly cpuXml: string;
  /** Features that the host's CPU has beyond its model. */
  readonly cpuFeatures: readonly string[];
}

function hostFrom(hostname: string, capabilities: string): Host {
  const host = child(parseXml(capabilities), 'host');
  const cpu = host === undefined ? undefined : child(host, 'cpu');
  const uuid = host === undefined ? undefined : child(host, 'uuid');
  const model = cpu === undefined ? undefined : child(cpu, 'model');
  return {
    hostname: hostname.trim(),
    uuid: uuid === undefined ? '' : textOf(uuid).trim(),
    cpuModel: model === undefined ? '' : textOf(model).trim(),
    cpuXml: cpu === undefined ? '' : serializeXml(cpu),
    cpuFeatures:
      cpu === undefined
        ? []
        : cpu.children.flatMap((node) =>
            node.kind === 'element' && node.name === 'feature' ? [node.attributes['name'] ?? ''] : [],
          ),
  };
}

/** This host. */
export const sourceHostFact = defineFact<Host, { answers: typeof sourceAnswersFact }>({
  name: 'source-host',
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) =>
    hostFrom(requireAnswer(answers, 'hostname'), requireAnswer(answers, 'capabilities')),
});

/** The destination. */
export const destinationHostFact = defineFact<Host, { libvirt: typeof destinationLibvirtFact }>({
  name: 'destination-host',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const [hostname, capabilities] = await Promise.all([
      destinationAnswer(libvirt, 'hostname'),
      destinationAnswer(libvirt, 'capabilities'),
    ]);
    if (!hostname.ok || !capabilities.ok) {
      throw new FactUnavailable({
        why: msg('The destination did not tell what it is.'),
        original: hostname.ok ? (capabilities.ok ? '' : capabilities.error) : hostname.error,
      });
    }
    return hostFrom(hostname.text, capabilities.text);
  },
});
