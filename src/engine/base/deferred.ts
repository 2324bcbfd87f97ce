// SPDX-License-Identifier: LGPL-2.1-or-later
/** A promise that is settled from outside, like `Promise.withResolvers` of later JavaScript versions. */
export class Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;

  constructor() {
    let resolveIt: (value: T) => void = () => undefined;
    let rejectIt: (error: Error) => void = () => undefined;
    this.promise = new Promise<T>((resolve, reject) => {
      resolveIt = resolve;
      rejectIt = reject;
    });
    this.resolve = resolveIt;
    this.reject = rejectIt;
  }
}
