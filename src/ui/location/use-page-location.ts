// SPDX-License-Identifier: LGPL-2.1-or-later
import { useCallback, useEffect, useRef, useState } from 'react';
import { formatLocation, type PageLocation, parseLocation } from './page-location.ts';

/** How long after the last change the address is written: browsers limit the rate of changes. */
const settleMilliseconds = 300;

/**
 * The location of the page, and how to change it. The address follows without entries in the browser's history. A change of the
 * address from outside (a link, the shell) changes the location. It is set with `location.replace`, as cockpit.location does:
 * unlike history.replaceState, this notifies the shell, which shows the address.
 */
export function usePageLocation(): readonly [
  PageLocation,
  (change: (location: PageLocation) => PageLocation) => void,
] {
  const [location, setLocation] = useState(() => parseLocation(window.location.hash));
  const written = useRef(window.location.hash);

  useEffect(() => {
    const onChange = (): void => {
      if (window.location.hash === written.current) return;
      written.current = window.location.hash;
      setLocation(parseLocation(window.location.hash));
    };
    window.addEventListener('hashchange', onChange);
    return () => {
      window.removeEventListener('hashchange', onChange);
    };
  }, []);

  useEffect(() => {
    const wanted = formatLocation(location);
    const timer = setTimeout(() => {
      const isBlank = window.location.hash === '' && wanted === '#/';
      if (wanted === written.current || isBlank) return;
      written.current = wanted;
      window.location.replace(wanted);
    }, settleMilliseconds);
    return () => {
      clearTimeout(timer);
    };
  }, [location]);

  const change = useCallback((next: (location: PageLocation) => PageLocation) => {
    setLocation(next);
  }, []);
  return [location, change];
}
