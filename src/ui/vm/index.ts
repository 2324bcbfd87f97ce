// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { VmPage, type VmPageProps } from './vm-page.tsx';
