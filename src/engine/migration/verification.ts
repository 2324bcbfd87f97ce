// SPDX-License-Identifier: LGPL-2.1-or-later
import { classifyError } from '../../libvirt/errors.ts';
import type { VirshAnswer } from '../../libvirt/virsh.ts';
import { type Message, msg, type VmIdentity } from '../base/index.ts';
import { domainStateText } from '../inventory/index.ts';
import { type ReportedState, stateFromAnswer, stateLine } from './reported-state.ts';
import type { RunFacts } from './run-state.ts';
import type { VerificationAnswer } from './state.ts';
import type { ReportedStates } from './whereabouts.ts';

/** The expected result of a migration. */
export interface Expectation {
  readonly vm: VmIdentity;
  /** Absent if somebody else started the migration and left no record: then the destination cannot be queried. */
  readonly destination?: string;
  readonly temporary?: boolean;
  /** True if the VM was paused when the migration began. */
  readonly paused: boolean;
  /** True if the VM starts with this host and the migration is permanent: then it has to start with the destination. */
  readonly autostart?: boolean;
}

/** The answers of both hosts, as plain data. */
export interface HostAnswers {
  /** The destination's answers, or why it could not be queried. */
  readonly destination: DestinationAnswers | { readonly unreachable: string } | undefined;
  readonly source: ReportedState;
}

/** The destination's answers as virsh prints them (C locale), or its error. */
export interface DestinationAnswers {
  /** `running (migrated)` */
  readonly state: VirshAnswer;
  readonly uuid: VirshAnswer;
  /** The table of `dominfo`. */
  readonly info: VirshAnswer;
}

/** The expected result of this migration. */
export function expectationOf({ vm, paused, autostart, destination, temporary }: RunFacts): Expectation {
  return {
    vm,
    paused,
    autostart,
    ...(destination === undefined ? {} : { destination }),
    ...(temporary === undefined ? {} : { temporary }),
  };
}

/** The answers of both hosts about the VM. */
export function reportedStates({ source, destination }: HostAnswers): ReportedStates {
  if (destination === undefined) return { source, destination: { kind: 'not-asked' } };
  return {
    source,
    destination:
      'unreachable' in destination
        ? { kind: 'silent', error: destination.unreachable }
        : stateFromAnswer(destination.state),
  };
}

/** Compares the hosts' answers with the expected result. Each answer is shown. */
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

/** The questions to the destination, each with the expected answer. */
interface DestinationQuestions {
  readonly state: Question;
  readonly uuid: Question;
  readonly persistence: Question;
  /** Absent for a VM that does not start with this host. */
  readonly start?: Question;
}

function destinationQuestions({ vm, paused, temporary, autostart }: Expectation): DestinationQuestions {
  return {
    state: {
      question: msg('What is the state of the VM on the destination?'),
      // TRANSLATORS: said of the VM, as the answer to “What is the VM doing on the destination?”.
      expected: paused ? msg('paused, as before') : msg('running'),
    },
    uuid: { question: msg('Is it the same VM (UUID)?'), expected: msg('$0', vm.uuid) },
    persistence: {
      question: msg('Is the VM defined on the destination?'),
      expected:
        temporary === undefined
          ? msg('unknown: someone else started the migration')
          : temporary
            ? msg('no, the copy is transient')
            : msg('yes, the definition moves too'),
    },
    ...(autostart === true
      ? {
          start: {
            question: msg('Does the VM start when the destination starts?'),
            expected: msg('yes'),
          },
        }
      : {}),
  };
}

function destinationAnswers(
  expectation: Expectation,
  hosts: HostAnswers['destination'],
): readonly VerificationAnswer[] {
  const { state, uuid, persistence, start } = destinationQuestions(expectation);
  if (hosts === undefined || 'unreachable' in hosts) {
    const answer =
      hosts === undefined
        ? msg('Not asked: libvirt does not say where a migration goes that someone else started.')
        : msg('The destination did not answer: $0', hosts.unreachable);
    return [state, uuid, persistence, ...(start === undefined ? [] : [start])].map((question) => ({
      ...question,
      answer,
      verdict: 'unknown',
    }));
  }
  const { vm, paused, temporary } = expectation;
  return [
    answered(state, hosts.state, (text) => judgeState(text, paused)),
    answered(uuid, hosts.uuid, (text) => [msg('$0', text), text === vm.uuid]),
    answered(persistence, hosts.info, (text) => {
      const is = infoFlag(text, 'Persistent');
      return [yesOrNo(is), is === undefined || temporary === undefined ? undefined : is === !temporary];
    }),
    ...(start === undefined
      ? []
      : [
          answered(start, hosts.info, (text): Judged => {
            const is = infoFlag(text, 'Autostart');
            return [yesOrNo(is), is];
          }),
        ]),
  ];
}

/** A host's answer, and whether it is as expected; undefined if it gave none. */
type Judged = readonly [Message, boolean | undefined];

function judgeState(text: string, paused: boolean): Judged {
  const word = text.split(' ', 1)[0];
  return [domainStateText(text), word === (paused ? 'paused' : 'running') && text !== 'paused (migrating)'];
}

/** A value of virsh's `dominfo` in the C locale; undefined if it is missing or not understood. */
function infoFlag(text: string, name: 'Persistent' | 'Autostart'): boolean | undefined {
  const value = new RegExp(`^${name}:\\s*(yes|no|enable|disable)\\s*$`, 'm').exec(text)?.[1];
  return value === undefined ? undefined : value === 'yes' || value === 'enable';
}

function yesOrNo(is: boolean | undefined): Message {
  return is === undefined ? msg('not reported') : is ? msg('yes') : msg('no');
}

type Question = Pick<VerificationAnswer, 'question' | 'expected'>;

function answered(
  question: Question,
  answer: VirshAnswer,
  judge: (text: string) => Judged,
): VerificationAnswer {
  if (!answer.ok) {
    // "The host does not have the VM" is an answer. Any other error is not.
    const absent = classifyError(answer.error) === 'no-such-domain';
    return {
      ...question,
      answer: absent
        ? msg('The destination does not have the VM: $0', answer.error)
        : msg('The destination gave an error: $0', answer.error),
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

function sourceAnswer({ temporary }: Expectation, source: ReportedState): VerificationAnswer {
  const expected =
    temporary === undefined ? msg('gone or shut off') : temporary ? msg('shut off') : msg('gone');
  const wanted: readonly ReportedState['kind'][] =
    temporary === undefined ? ['absent', 'off'] : temporary ? ['off'] : ['absent'];
  return answerHere(source, expected, wanted);
}

/** After a cancelled migration, the VM has to run here. */
export function judgeCancel({ paused }: Expectation, source: ReportedState): VerificationAnswer {
  return answerHere(source, paused ? msg('paused, as before') : msg('running'), [
    paused ? 'paused' : 'running',
  ]);
}

function answerHere(
  source: ReportedState,
  expected: Message,
  wanted: readonly ReportedState['kind'][],
): VerificationAnswer {
  const question = msg('What is the state of the VM on this host?');
  if (source.kind === 'silent' || source.kind === 'not-asked') {
    const error = source.kind === 'silent' ? source.error : '';
    return { question, expected, answer: msg('This host did not answer: $0', error), verdict: 'unknown' };
  }
  const line = stateLine(source);
  return {
    question,
    expected,
    answer: line === undefined ? msg('gone') : domainStateText(line),
    verdict: wanted.includes(source.kind) ? 'as-expected' : 'not-as-expected',
  };
}
