// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { VmIdentity } from '../../engine/base/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import { isUnderWay, loadLaterTexts } from '../common/index.ts';
import { Later, useCell } from '../model/index.ts';
import { windowTitle } from './news-text.ts';

function keyOf({ vm }: Migration): string {
  return `${vm.connection}:${vm.uuid}`;
}

/** The migrations that this page saw running and that have ended since. */
function useEnded(
  migrations: readonly Migration[],
): readonly [readonly Migration[], (migration: Migration) => void] {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const underWay = migrations.filter(isUnderWay).map(keyOf);
  // A state change during rendering makes React render again at once. The state remembers earlier renderings.
  const unseen = underWay.filter((key) => !seen.has(key));
  if (unseen.length > 0) setSeen(new Set([...seen, ...unseen]));
  const ended = migrations.filter((migration) => !isUnderWay(migration) && seen.has(keyOf(migration)));
  const forget = (migration: Migration): void => {
    setSeen((before) => new Set([...before].filter((key) => key !== keyOf(migration))));
  };
  return [ended, forget];
}

/** Shows the migrations in the title of the browser's window. Without migrations the title is the original one. */
function useWindowTitle(migrations: readonly Migration[], watched: VmIdentity | undefined): void {
  const usual = useRef<string>(undefined);
  const shown =
    watched === undefined
      ? migrations
      : migrations.filter(({ vm }) => vm.uuid === watched.uuid && vm.connection === watched.connection);
  const words = windowTitle(shown);
  useEffect(() => {
    usual.current ??= document.title;
    document.title = words === undefined ? usual.current : `${words} - ${usual.current}`;
  }, [words]);
  useEffect(
    () => () => {
      if (usual.current !== undefined) document.title = usual.current;
    },
    [],
  );
}

/** The toasts and their texts are a separate script, because most pages never see a migration end. */
const toastScript = new Later(async () => {
  const texts = loadLaterTexts();
  const { Toasts } = await import('./toasts.tsx');
  await texts;
  return { Toasts };
});

/** News of migrations in every view: in the browser's title, and as a toast when one ends. */
export function MigrationNews({
  migrations,
  watched,
  onShow,
}: {
  readonly migrations: readonly Migration[];
  /** The VM of the page, if the page shows only one. */
  readonly watched: VmIdentity | undefined;
  readonly onShow: (vm: VmIdentity) => void;
}): ReactNode {
  const [ended, forget] = useEnded(migrations);
  useWindowTitle(migrations, watched);
  const script = useCell(toastScript.state);
  const some = ended.length > 0;
  useEffect(() => {
    // Does not reject. If the script cannot be loaded, the title and the view still show the result.
    if (some) void toastScript.load();
  }, [some]);
  if (!some || script.kind !== 'loaded') return null;
  const { Toasts } = script.value;
  return (
    <Toasts
      ended={ended}
      onClose={forget}
      onShow={(migration) => {
        forget(migration);
        onShow(migration.vm);
      }}
    />
  );
}
