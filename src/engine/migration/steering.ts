// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg, rateText } from '../base/index.ts';

/** Changes that an admin can make to a running migration, besides cancelling it. */
export type SteerAction =
  /** Pauses the VM, so that it writes nothing more. It runs again on the destination. */
  | { readonly kind: 'pause-vm' }
  /** Runs the VM on the destination at once; it fetches the rest of its memory. */
  | { readonly kind: 'post-copy' }
  /** How long QEMU may stop the VM for the last pass. */
  | { readonly kind: 'longer-pause'; readonly milliseconds: number }
  /** The bandwidth limit; absent: no limit. */
  | { readonly kind: 'bandwidth-limit'; readonly bytesPerSecond?: number };

/** A change that libvirt was asked to make. */
export interface Steering {
  readonly action: SteerAction;
  /** `plan`: a step that the admin chose before the start. */
  readonly by: 'admin' | 'plan';
  /** When libvirt was asked, in ISO 8601. */
  readonly at: string;
  readonly state: 'asked' | 'done' | 'refused';
  /** libvirt's text, if it refused. */
  readonly reason?: string;
}

/** What was asked for, as something that was done. */
export function steeredText({ action }: Pick<Steering, 'action'>): Message {
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
export function steerText({ action }: Pick<Steering, 'action'>): Message {
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

/** What became of it, in one line. */
export function steerResultText(steering: Steering): Message {
  switch (steering.state) {
    case 'done':
      return steeredText(steering);
    case 'refused':
      return msg('$0: refused: $1', steerText(steering), steering.reason ?? '');
    case 'asked':
      return msg('$0: no answer', steerText(steering));
  }
}
