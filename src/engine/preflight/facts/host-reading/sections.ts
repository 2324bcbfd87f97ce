// SPDX-License-Identifier: LGPL-2.1-or-later

export interface Section {
  readonly name: string;
  readonly body: string;
}

export function sectionsOf(text: string, mark: string): readonly Section[] {
  return text
    .split(`${mark} `)
    .slice(1)
    .map((section) => {
      const at = section.indexOf('\n');
      return { name: section.slice(0, at), body: section.slice(at + 1) };
    });
}

export function bodyOf(sections: readonly Section[], name: string): string {
  return sections.find((section) => section.name === name)?.body ?? '';
}
