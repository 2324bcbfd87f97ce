// SPDX-License-Identifier: LGPL-2.1-or-later
import { child, parseXml, textOf } from '../../libvirt/xml.ts';
import { isStandInName } from '../base/index.ts';
import { type Mark, markOf } from './mark.ts';
import type { StandInHost } from './stand-in-host.ts';
import { isStandInUuid } from './stand-in-name.ts';

/** A rehearsal always takes less than half of this. */
const oldestMilliseconds = 5 * 60_000;

/** True if that stand-in is no longer in use: its page or program has ended, or it is too old. */
async function isAbandoned(
  { since, owner }: Mark,
  source: { readonly uuid: string; readonly host: StandInHost },
): Promise<boolean> {
  const age = Date.now() - Date.parse(since);
  // Another host's clock may be wrong in either direction.
  if (Math.abs(age) > oldestMilliseconds) return true;
  if (owner?.host !== source.uuid || !source.host.hasShell) return false;
  return !(await source.host.isAlive(owner));
}

/** The UUID in a definition, if it is a stand-in's. */
function uuidOf(xml: string): string | undefined {
  const element = child(parseXml(xml), 'uuid');
  const uuid = element === undefined ? '' : textOf(element).trim();
  return isStandInUuid(uuid) ? uuid : undefined;
}

/**
 * Removes the stand-ins of pages or programs that ended during a rehearsal. A VM is a stand-in only if its name, UUID and mark say
 * so.
 *
 * @param source This host, whose processes own what they created.
 */
export async function removeLeftOvers(
  host: StandInHost,
  names: string,
  source: { readonly uuid: string; readonly host: StandInHost },
): Promise<void> {
  for (const name of names.split('\n').map((each) => each.trim())) {
    if (!isStandInName(name)) continue;
    const xml = await host.ask(['dumpxml', '--domain', name]);
    if (!xml.ok) continue;
    const mark = markOf(xml.text);
    const uuid = uuidOf(xml.text);
    if (mark === undefined || uuid === undefined) continue;
    if (await isAbandoned(mark, source)) await host.remove({ name, uuid }, xml.text);
  }
}
