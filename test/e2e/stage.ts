// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Browser } from 'playwright-core';
import { Lab, type LabHost } from '../lab/lab.ts';
import { startBrowser } from './console.ts';

/** The environment of most tests of the page: two hosts, the console of the first one, and a browser. */
export interface Stage {
  readonly alpha: LabHost;
  readonly beta: LabHost;
  readonly browser: Browser;
  /** Of alpha's console. */
  readonly url: string;
  /** Ends the browser and the hosts. */
  readonly end: () => Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const lab = await Lab.start();
  const alpha = lab.host('alpha');
  const beta = lab.host('beta');
  const [browser, url] = await Promise.all([startBrowser(lab), alpha.console()]);
  return {
    alpha,
    beta,
    browser,
    url,
    end: async () => {
      await browser.close();
      await lab.down();
    },
  };
}
