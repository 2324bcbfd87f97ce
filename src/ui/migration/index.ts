// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { MigrationNews } from './migration-news.tsx';
export { MigrationsArea, MigrationView } from './migration-view.tsx';
export { steerLabel } from './steer-label.ts';
