// SPDX-License-Identifier: LGPL-2.1-or-later

/** Whether a class is one that the page never has; its rules are left out of the style sheet. */
export function isUnusedClass(name: string): boolean;
