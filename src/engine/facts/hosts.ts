// SPDX-License-Identifier: LGPL-2.1-or-later
import { child, parseXml, serializeXml, textOf } from '../../libvirt/xml.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { isHostName } from '../host-name.ts';
import { msg } from '../message.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** What a host is, in its libvirt's own words. */
export interface Host {
  readonly hostname: string;
  /** The UUID by which libvirt tells hosts apart. */
  readonly uuid: string;
  readonly cpuModel: string;
  /** `<cpu>` of the host's capabilities: model and features. */
  readonly cpuXml: string;
  /** Features that the host's CPU has beyond its model. */
  readonly cpuFeatures: readonly string[];
}

/** From what `virsh hostname` and `virsh capabilities` print. Throws if they do not tell which host it is. */
export function hostFrom(hostname: string, capabilities: string): Host {
  const host = child(parseXml(capabilities), 'host');
  const cpu = host === undefined ? undefined : child(host, 'cpu');
  const uuidElement = host === undefined ? undefined : child(host, 'uuid');
  const uuid = uuidElement === undefined ? '' : textOf(uuidElement).trim();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid) || !isHostName(hostname.trim())) {
    throw new FactUnavailable({
      why: msg('libvirt did not answer this question: $0', 'capabilities'),
      original: `${hostname.trim()} ${uuid}`.trim(),
    });
  }
  const model = cpu === undefined ? undefined : child(cpu, 'model');
  return {
    hostname: hostname.trim(),
    uuid: uuid.toLowerCase(),
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
