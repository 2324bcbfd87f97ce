// SPDX-License-Identifier: LGPL-2.1-or-later
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

/** What the console's cockpit.js and po.js give: here an empty catalogue. */
Object.assign(globalThis, {
  cockpit: {
    language: 'en',
    gettext: (text: string) => text,
    ngettext: (singular: string, plural: string, count: number) => (count === 1 ? singular : plural),
  },
});

// jsdom lays nothing out, so it has nothing to scroll.
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  cleanup();
  window.localStorage.clear();
  window.location.hash = '';
});
