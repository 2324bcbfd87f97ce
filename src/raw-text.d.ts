// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Programs that run elsewhere are files of their own, and the build puts their text into the bundle (Vite's `?raw`). Declared here,
 * because `vite/client` would add DOM types.
 */

declare module '*.sh?raw' {
  const text: string;
  export default text;
}

declare module '*.py?raw' {
  const text: string;
  export default text;
}

declare module '*.pl?raw' {
  const text: string;
  export default text;
}
