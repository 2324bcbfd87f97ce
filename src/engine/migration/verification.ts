// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { classifyError, LibvirtError } from '../../libvirt/errors.ts';
import { type VirshAnswer, virshSession } from '../../libvirt/virsh.ts';
import type { Platform } from '../../platform/platform.ts';
import { type Message, msg, type VmIdentity } from '../base/index.ts';
import { originalText } from '../failure/index.ts';
import { domainStateText, vmStateOf } from '../inventory/index.ts';
import { recordNamespace } from '../record/index.ts';
import type { VerificationAnswer } from './state.ts';

/** What a migration was to bring about. */
export interface Expectation {
  readonly vm: VmIdentity;
  /** Absent when somebody else started the migration and left no record: then the destination cannot be asked. */
  readonly destination?: string;
  readonly temporary?: boolean;
  /** True if the VM was paused when it left. */
  readonly paused: boolean;
  /** True if it starts with this host and moves for good: then it is to start with the destination. */
  readonly autostart?: boolean;
}

/** What both hosts said, as plain data. */
export interface HostAnswers {
  /** The destination's answers, or why it could not be asked. */
  readonly destination: DestinationAnswers | { readonly unreachable: string } | undefined;
  readonly source: 'gone' | 'shut-off' | 'running' | 'paused' | 'other' | { readonly unreachable: string };
}

/** The destination's answers as virsh prints them (C locale), or its error. */
export interface DestinationAnswers {
  /** `running (migrated)` */
  readonly state: VirshAnswer;
  readonly uuid: VirshAnswer;
  /** The table of `dominfo`. */
  readonly info: VirshAnswer;
}

/** How long the destination may take to answer. */
const destinationMilliseconds = 30_000;

/** Asks both hosts. Does not reject: what could not be asked is part of the answer. */
export async function queryHosts(
  platform: Platform,
  connection: LibvirtConnection,
  expectation: Expectation,
): Promise<HostAnswers> {
  const [destination, source] = await Promise.all([
    askDestination(platform, expectation),
    askSource(connection, expectation.vm),
  ]);
  return { destination, source };
}

async function askDestination(
  platform: Platform,
  { vm, destination, temporary, autostart }: Expectation,
): Promise<HostAnswers['destination']> {
  if (destination === undefined) return undefined;
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, destinationMilliseconds);
  try {
    const answers = await virshSession(
      platform,
      destination,
      [
        { id: 'state', argv: ['domstate', '--reason', vm.uuid] },
        { id: 'uuid', argv: ['domuuid', '--', vm.name] },
        // libvirt sends the definition, and not whether it is started with the host.
        ...(autostart === true ? [{ id: 'autostart', argv: ['autostart', vm.uuid] }] : []),
        { id: 'info', argv: ['dominfo', vm.uuid] },
        // The record came along with the definition; it told of the way here and means nothing any more.
        ...(temporary === false
          ? [
              {
                id: 'record',
                argv: ['metadata', vm.uuid, '--uri', recordNamespace, '--config', '--remove'],
              },
            ]
          : []),
      ],
      { signal: limit.signal, ...(vm.connection === 'system' ? { superuser: 'require' as const } : {}) },
    );
    const none = (id: string): VirshAnswer => answers.get(id) ?? { id, ok: false, error: '' };
    return { state: none('state'), uuid: none('uuid'), info: none('info') };
  } catch (error) {
    return {
      unreachable: limit.signal.aborted
        ? `No answer within ${destinationMilliseconds / 1000} seconds`
        : originalText(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

async function askSource(connection: LibvirtConnection, vm: VmIdentity): Promise<HostAnswers['source']> {
  try {
    const state = vmStateOf(await connection.domain(vm.uuid).state());
    return state.kind === 'shut-off' || state.kind === 'running' || state.kind === 'paused'
      ? state.kind
      : 'other';
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'no-such-domain') return 'gone';
    return { unreachable: originalText(error) };
  }
}

/** Compares what the hosts said with what was expected; each answer is shown. */
export function judgeAnswers(expectation: Expectation, hosts: HostAnswers): readonly VerificationAnswer[] {
  return [...destinationAnswers(expectation, hosts.destination), sourceAnswer(expectation, hosts.source)];
}

/** `confirmed` only if every answer is as expected. */
export function verificationOf(
  answers: readonly VerificationAnswer[],
): 'confirmed' | 'contradicted' | 'incomplete' {
  if (answers.some(({ verdict }) => verdict === 'not-as-expected')) return 'contradicted';
  return answers.length > 0 && answers.every(({ verdict }) => verdict === 'as-expected')
    ? 'confirmed'
    : 'incomplete';
}

function destinationAnswers(
  { vm, paused, temporary, autostart }: Expectation,
  hosts: HostAnswers['destination'],
): readonly VerificationAnswer[] {
  const state = {
    question: msg('What is the VM doing on the destination?'),
    // TRANSLATORS: said of the VM, as the answer to “What is the VM doing on the destination?”.
    expected: paused ? msg('paused, as it was here') : msg('running'),
  };
  const uuid = { question: msg('Is it the same VM there (its UUID)?'), expected: msg('$0', vm.uuid) };
  const persistence = {
    question: msg('Is it defined on the destination?'),
    expected:
      temporary === undefined
        ? msg('not known: somebody else started the migration')
        : temporary
          ? msg('no, it disappears there when it is shut off')
          : msg('yes, its definition moved with it'),
  };
  const start = {
    question: msg('Does it start with the destination, as it did with this host?'),
    expected: msg('yes'),
  };
  const questions = [state, uuid, persistence, ...(autostart === true ? [start] : [])];
  if (hosts === undefined) {
    const answer = msg(
      'Not asked: libvirt does not tell where a migration goes that somebody else has started.',
    );
    return questions.map((question) => ({ ...question, answer, verdict: 'unknown' }));
  }
  if ('unreachable' in hosts) {
    const answer = msg('The destination could not be asked: $0', hosts.unreachable);
    return questions.map((question) => ({ ...question, answer, verdict: 'unknown' }));
  }
  return [
    answered(state, hosts.state, (text) => {
      const word = text.split(' ', 1)[0];
      return [
        domainStateText(text),
        word === (paused ? 'paused' : 'running') && text !== 'paused (migrating)',
      ];
    }),
    answered(uuid, hosts.uuid, (text) => [msg('$0', text), text === vm.uuid]),
    answered(persistence, hosts.info, (text) => {
      const value = /^Persistent:\s*(yes|no)\s*$/m.exec(text)?.[1];
      if (value === undefined) return [msg('libvirt does not say'), undefined];
      const is = value === 'yes';
      return [is ? msg('yes') : msg('no'), temporary === undefined ? undefined : is === !temporary];
    }),
    ...(autostart === true
      ? [
          answered(start, hosts.info, (text) => {
            const value = /^Autostart:\s*(enable|disable)\s*$/m.exec(text)?.[1];
            if (value === undefined) return [msg('libvirt does not say'), undefined];
            return value === 'enable' ? [msg('yes'), true] : [msg('no'), false];
          }),
        ]
      : []),
  ];
}

type Question = Pick<VerificationAnswer, 'question' | 'expected'>;

function answered(
  question: Question,
  answer: VirshAnswer,
  judge: (text: string) => readonly [Message, boolean | undefined],
): VerificationAnswer {
  if (!answer.ok) {
    // The host was reached and does not have the VM: that is an answer. Any other error is none.
    const absent = classifyError(answer.error) === 'no-such-domain';
    return {
      ...question,
      answer: absent
        ? msg('The VM is not there: $0', answer.error)
        : msg('The destination did not say: $0', answer.error),
      verdict: absent ? 'not-as-expected' : 'unknown',
    };
  }
  const [text, as] = judge(answer.text.trim());
  return {
    ...question,
    answer: text,
    verdict: as === undefined ? 'unknown' : as ? 'as-expected' : 'not-as-expected',
  };
}

function sourceAnswer({ temporary }: Expectation, source: HostAnswers['source']): VerificationAnswer {
  const question = msg('What is left of the VM on this host?');
  const expected =
    temporary === undefined
      ? msg('nothing, or its definition, shut off')
      : temporary
        ? msg('its definition, shut off')
        : msg('nothing');
  if (typeof source === 'object') {
    const answer = msg('This host could not be asked: $0', source.unreachable);
    return { question, expected, answer, verdict: 'unknown' };
  }
  const as =
    temporary === undefined
      ? source === 'gone' || source === 'shut-off'
      : source === (temporary ? 'shut-off' : 'gone');
  return { question, expected, answer: sourceWords(source), verdict: as ? 'as-expected' : 'not-as-expected' };
}

function sourceWords(source: Exclude<HostAnswers['source'], object>): Message {
  switch (source) {
    case 'gone':
      return msg('nothing');
    case 'shut-off':
      return msg('its definition, shut off');
    case 'running':
      return msg('it runs here');
    case 'paused':
      return msg('it is here, paused');
    case 'other':
      return msg('it is here, and neither runs nor is shut off');
  }
}

/** After a cancelled migration: the VM has to go on here. */
export async function verifyCancel(
  connection: LibvirtConnection,
  { vm, paused }: Expectation,
): Promise<readonly VerificationAnswer[]> {
  const source = await askSource(connection, vm);
  const question = msg('What is the VM doing on this host?');
  const expected = paused ? msg('it is here, paused') : msg('it runs here');
  if (typeof source === 'object') {
    const answer = msg('This host could not be asked: $0', source.unreachable);
    return [{ question, expected, answer, verdict: 'unknown' }];
  }
  const as = source === (paused ? 'paused' : 'running');
  return [
    { question, expected, answer: sourceWords(source), verdict: as ? 'as-expected' : 'not-as-expected' },
  ];
}
