// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, rateText } from '../base/index.ts';

/** What can be done to a running migration, beside cancelling it. */
export type SteerAction =
  /** The VM stands still, writes nothing more, and runs again on the destination. */
  | { readonly kind: 'pause-vm' }
  /** The VM runs on the destination from now on, and fetches the rest of its memory. */
  | { readonly kind: 'post-copy' }
  /** QEMU may stop the VM for so long for the last pass. */
  | { readonly kind: 'longer-pause'; readonly milliseconds: number }
  /** What it may use of the link; absent: all of it. */
  | { readonly kind: 'bandwidth-limit'; readonly bytesPerSecond?: number };

/** One thing that libvirt was asked to do to the migration. */
export interface Steering {
  readonly action: SteerAction;
  /** `plan`: a step that the admin chose before the start. */
  readonly by: 'admin' | 'plan';
  readonly state: 'asked' | 'done' | 'refused';
  /** Where it was refused: libvirt's text. */
  readonly reason?: string;
}

/** What was asked for, as something that was done. */
export function steeredText({ action }: Steering): Message {
  switch (action.kind) {
    case 'pause-vm':
      return msg('Paused the VM to finish.');
    case 'post-copy':
      return msg('Switched to post-copy.');
    case 'longer-pause':
      return msg('Allowed a pause of $0.', durationText(action.milliseconds));
    case 'bandwidth-limit':
      return action.bytesPerSecond === undefined
        ? msg('Lifted the bandwidth limit.')
        : msg('Limited the bandwidth to $0.', rateText(action.bytesPerSecond));
  }
}

/** The same, while libvirt has not answered, or where it refused. */
export function steerText({ action }: Steering): Message {
  switch (action.kind) {
    case 'pause-vm':
      return msg('Pause the VM to finish');
    case 'post-copy':
      return msg('Switch to post-copy');
    case 'longer-pause':
      return msg('Allow a pause of $0', durationText(action.milliseconds));
    case 'bandwidth-limit':
      return action.bytesPerSecond === undefined
        ? msg('Lift the bandwidth limit')
        : msg('Limit the bandwidth to $0', rateText(action.bytesPerSecond));
  }
}
