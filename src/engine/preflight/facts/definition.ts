// SPDX-License-Identifier: LGPL-2.1-or-later

import { parsePropertyList } from '../../../libvirt/property-list.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** How the VM is defined on this host. */
export interface Definition {
  /** It has a stored definition, so it still exists when it is shut off. */
  readonly persistent: boolean;
  /** libvirt starts it with the host. */
  readonly autostart: boolean;
}

/** Parses the English output of `virsh dominfo`; undefined if a value is missing. */
export function parseDefinition(text: string): Definition | undefined {
  const fields = parsePropertyList(text);
  const persistent = fields.get('Persistent');
  const autostart = fields.get('Autostart');
  if (persistent !== 'yes' && persistent !== 'no') return undefined;
  if (autostart !== 'enable' && autostart !== 'disable') return undefined;
  return { persistent: persistent === 'yes', autostart: autostart === 'enable' };
}

/** The VM's stored definition. */
export const definitionFact = defineFact<Definition, { answers: typeof sourceAnswersFact }>({
  name: 'definition',
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) => {
    const definition = parseDefinition(requireAnswer(answers, 'dominfo'));
    if (definition === undefined)
      throw new FactUnavailable({
        why: msg('This host did not say whether the VM starts automatically.'),
      });
    return definition;
  },
});
