// SPDX-License-Identifier: LGPL-2.1-or-later
import { broken as allBroken } from './broken/index.ts';
import { healthy as allHealthy } from './healthy.ts';

/** The number of healthy cases in `make check`: the richest come first. */
const healthyOfPart = 5;

const part = process.env['CKM_CATALOGUE'] === 'part';

/** The cases to run: all, or with CKM_CATALOGUE=part the first case of each check and the first healthy ones. */
export const broken = part
  ? allBroken.filter((one, at) => allBroken.findIndex(({ check }) => check === one.check) === at)
  : allBroken;
export const healthy = part ? allHealthy.slice(0, healthyOfPart) : allHealthy;

/** Says that it is a part, if it is. */
export const ofHowMany = part
  ? ` (a part: the first case of each check; all are ${allBroken.length} and ${allHealthy.length}, with make check-all)`
  : '';
