// SPDX-License-Identifier: LGPL-2.1-or-later
import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, expect } from 'vitest';
import { isUnusedClass } from '../../tools/unused-styles.js';

/** In place of the console's cockpit.js and po.js: an empty catalogue. */
Object.assign(globalThis, {
  cockpit: {
    language: 'en',
    gettext: (text: string) => text,
    ngettext: (singular: string, plural: string, count: number) => (count === 1 ? singular : plural),
  },
});

// The dialog comes in a script of its own, which takes more than the default of 1 s to load on a busy machine.
configure({ asyncUtilTimeout: 15_000 });

// jsdom has no layout, so it cannot scroll.
Element.prototype.scrollIntoView = () => undefined;

afterEach(() => {
  // A component whose styles are not in the build fails here, and not on the page.
  const classes = [...document.querySelectorAll('[class]')].flatMap((element) => [...element.classList]);
  expect(classes.filter(isUnusedClass)).toEqual([]);
  cleanup();
  window.localStorage.clear();
  window.location.hash = '';
});
