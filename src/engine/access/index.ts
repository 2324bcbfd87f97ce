// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */

export { hasAgentKeys } from './agent.ts';
export {
  acceptHostKeys,
  authorizedLine,
  authorizeKey,
  byHandCommand,
  changeText,
  isSourceAddress,
  knownHostsFile,
  makeKey,
  undoHere,
  undoRemedy,
  withdrawKey,
} from './change.ts';
export { type HostKey } from './host-key.ts';
export { type AccessGoal, readAccessState } from './read-access-state.ts';
export { parseAccessRequest } from './request.ts';
export { type AuthorizedKeyResult, type SignIn } from './sign-in.ts';
export { readSshSettings } from './ssh-settings.ts';
export { type AccessState, type Change } from './state.ts';
export { type Intent, nextStep, type Step, showFingerprintsCommand } from './step.ts';
