// SPDX-License-Identifier: LGPL-2.1-or-later
import { useCallback, useState } from 'react';
import type { Refusal } from '../../engine/failure/index.ts';
import { type Confirmation, operationsFor, type Vm, type VmOperation } from '../../engine/inventory/index.ts';
import { type Model, vmKey } from '../model/index.ts';

/** An operation that waits for confirmation. */
export interface PendingConfirmation {
  readonly vm: Vm;
  readonly operation: VmOperation;
  readonly confirmation: Confirmation;
}

export interface Operations {
  readonly pending: PendingConfirmation | undefined;
  /** Refusals by the VM's key. */
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** Keys of VMs whose operation libvirt has not answered yet. */
  readonly busy: ReadonlySet<string>;
  /** Performs the operation, after a confirmation if data can be lost. */
  readonly ask: (vm: Vm, operation: VmOperation) => void;
  readonly confirm: (pending: PendingConfirmation) => void;
  readonly forget: () => void;
  readonly dismiss: (vm: Vm) => void;
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([other]) => other !== key));
}

/** The running operations on VMs, except migrations. */
export function useOperations(model: Model): Operations {
  const [pending, setPending] = useState<PendingConfirmation>();
  const [refusals, setRefusals] = useState<ReadonlyMap<string, Refusal>>(new Map());
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());

  const dismiss = useCallback((vm: Vm) => {
    setRefusals((known) => without(known, vmKey(vm)));
  }, []);

  const perform = useCallback(
    (vm: Vm, operation: VmOperation) => {
      const key = vmKey(vm);
      dismiss(vm);
      setBusy((keys) => new Set([...keys, key]));
      // Always resolves: a refusal is a value.
      void model.operate(vm, operation).then((refusal) => {
        setBusy((keys) => new Set([...keys].filter((other) => other !== key)));
        if (refusal !== undefined) setRefusals((known) => new Map([...known, [key, refusal]]));
      });
    },
    [model, dismiss],
  );

  const ask = useCallback(
    (vm: Vm, operation: VmOperation) => {
      const confirmation = operationsFor(vm).find((choice) => choice.operation === operation)?.confirmation;
      if (confirmation === undefined) perform(vm, operation);
      else setPending({ vm, operation, confirmation });
    },
    [perform],
  );

  const confirm = useCallback(
    ({ vm, operation }: PendingConfirmation) => {
      setPending(undefined);
      perform(vm, operation);
    },
    [perform],
  );

  const forget = useCallback(() => {
    setPending(undefined);
  }, []);

  return { pending, refusals, busy, ask, confirm, forget, dismiss };
}
