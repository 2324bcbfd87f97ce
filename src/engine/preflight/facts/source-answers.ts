// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../../libvirt/errors.ts';
import { type VirshAnswer, virshSession } from '../../../libvirt/virsh.ts';
import { PlatformError } from '../../../platform/platform.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';

/** Answers of one virsh session by the ids of the questions. */
export type VirshAnswers = ReadonlyMap<string, VirshAnswer>;

/** The text of a required answer. */
export function requireAnswer(answers: VirshAnswers, id: string): string {
  const answer = answers.get(id);
  if (answer?.ok === true) return answer.text;
  throw new FactUnavailable({
    why: msg('No answer from libvirt to “$0”.', id),
    ...(answer === undefined ? {} : { original: answer.error }),
  });
}

/** All questions to libvirt of this host, in one session. */
export const sourceAnswersFact = defineFact<VirshAnswers>({
  name: 'source-answers',
  choices: ['vm'],
  gather: async (_, { platform, connection, choices, signal }) => {
    const { uuid } = choices.vm;
    try {
      return await virshSession(
        platform,
        connection.uri,
        [
          { id: 'dumpxml', argv: ['dumpxml', uuid] },
          { id: 'dumpxml-migratable', argv: ['dumpxml', '--migratable', uuid] },
          { id: 'dumpxml-inactive', argv: ['dumpxml', '--inactive', uuid] },
          { id: 'domstats', argv: ['domstats', '--state', '--balloon', '--dirtyrate', uuid] },
          { id: 'domjobinfo', argv: ['domjobinfo', uuid] },
          { id: 'capabilities', argv: ['capabilities'] },
          { id: 'dominfo', argv: ['dominfo', uuid] },
          { id: 'snapshots', argv: ['snapshot-list', uuid, '--name'] },
          { id: 'checkpoints', argv: ['checkpoint-list', uuid, '--name'] },
          { id: 'hostname', argv: ['hostname'] },
          { id: 'version', argv: ['version', '--daemon'] },
        ],
        { signal, ...(choices.vm.connection === 'system' ? { superuser: 'try' as const } : {}) },
      );
    } catch (error) {
      if (!(error instanceof LibvirtError) || error.cause instanceof PlatformError) throw error;
      throw new FactUnavailable(
        {
          why: msg('The libvirt daemon of this host does not answer.'),
          original: error.message,
        },
        error,
      );
    }
  },
});
