// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, test } from 'vitest';
import { defaultListView, formatLocation, parseLocation } from '../../../src/ui/location/page-location.ts';

describe('the address of the page', () => {
  test('an empty one is the default list', () => {
    expect(parseLocation('')).toEqual({ list: defaultListView });
    expect(formatLocation({ list: defaultListView })).toBe('#/');
  });

  test('a link to the dialog may contain the URI unescaped', () => {
    expect(parseLocation('#/vm/web/migrate?uri=qemu+ssh://beta/system&temporary=true').dialog).toEqual({
      vm: 'web',
      connection: 'system',
      uri: 'qemu+ssh://beta/system',
      temporary: true,
      copyDisks: [],
    });
  });

  test.each(['web', 'db server', `a'b"c<d>$(e)`, 'a/b?c#d&e=f', 'старый', '100%', 'a+b'])(
    'a VM named %s and a filter of that text survive the way there and back',
    (name) => {
      const location = {
        list: {
          ...defaultListView,
          filter: name,
          sort: 'memory' as const,
          descending: true,
          page: 3,
          perPage: 100,
        },
        dialog: {
          vm: name,
          connection: 'session' as const,
          uri: 'qemu+ssh://r@beta:22/session',
          temporary: true,
          copyDisks: ['vda', 'vdb'],
        },
      };
      const written = formatLocation(location);
      expect(parseLocation(written)).toEqual(location);
      expect(new URL(`http://host/${written}`).hash).toBe(written);
      const { list } = location;
      for (const watched of [{ vm: name }, { vm: name, connection: 'session' as const }]) {
        const link = formatLocation({ list, watched });
        expect(parseLocation(link)).toEqual({ list, watched });
        expect(new URL(`http://host/${link}`).hash).toBe(link);
      }
    },
  );

  test('a link to the migration of a VM is its name alone', () => {
    expect(formatLocation({ list: defaultListView, watched: { vm: 'db server' } })).toBe('#/vm/db%20server');
    expect(parseLocation('#/vm/db%20server/').watched).toEqual({ vm: 'db server' });
    expect(parseLocation('#/vm/web?connection=elsewhere').watched).toEqual({ vm: 'web' });
  });

  test('half of a character in a link is written as what stands for none', () => {
    expect(formatLocation(parseLocation('#/vm/\ud800/migrate'))).toBe('#/vm/%EF%BF%BD/migrate');
  });

  test.each(['#/?sort=colour&state=odd&page=-1&per-page=7', '#/vm/%E0%A4%A/migrate', '#nonsense'])(
    'nonsense becomes the usual: %s',
    (hash) => {
      expect(parseLocation(hash).list).toEqual(defaultListView);
    },
  );
});
