// SPDX-License-Identifier: LGPL-2.1-or-later
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach, expect } from 'vitest';
import { isUnusedClass } from '../../tools/unused-styles.js';

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
  // Whoever shows something whose styles are left out of the build sees it here, not on the page.
  const classes = [...document.querySelectorAll('[class]')].flatMap((element) => [...element.classList]);
  expect(classes.filter(isUnusedClass)).toEqual([]);
  cleanup();
  window.localStorage.clear();
  window.location.hash = '';
});
