// SPDX-License-Identifier: LGPL-2.1-or-later
// @ts-check

/**
 * What PatternFly's style sheets have and the page never shows. PatternFly's components bring the sheet of each component that they
 * might show, with all variants, and that is most of what would go over the wire. `test/ui/setup.ts` looks after every test of a
 * component whether something of this was shown after all.
 */

/** Themes that nobody turns on: Cockpit has light and dark. */
const themes = ['felt', 'glass', 'high-contrast'];

/** Components of PatternFly that its components could show, and ours do not ask for. */
const blocks = [
  'alert-group__overflow',
  'alert__toggle',
  'breadcrumb',
  'compass',
  'drawer',
  'form__field-group',
  'inline-edit',
  'label-group',
  'masthead',
  'menu__breadcrumb',
  'menu__item-action',
  'menu__item-external-icon',
  'menu__search',
  'nav',
  'page__dock',
  'page__drawer',
  'page__header',
  'page__main-breadcrumb',
  'page__main-group',
  'page__main-nav',
  'page__main-subnav',
  'page__main-tabs',
  'page__main-wizard',
  'page__sidebar',
  'panel',
  'popover',
  'radio',
  'table__caption',
  'table__check',
  'table__column-help',
  'table__compound-expansion-toggle',
  'table__control-row',
  'table__draggable',
  'table__expandable-row',
  'table__favorite',
  'table__inline-edit-action',
  'table__sticky-cell',
  'table__tfoot',
  'table__toggle',
  'table__tree-view',
];

const block = new RegExp(`^pf-v6-c-(${blocks.join('|')})(_|-|$)`);

/** Variants of components that are shown. */
const variant =
  /^pf-m-(docked|favorite|favorited|hamburger|incoming|offstage-(right|top)|outgoing|split-button|tree-view.*|typeahead)$/;

/** A variant from a width of the window on. Ours are for every width. */
const fromWidth = /^pf-m-.*-on-(sm|md|lg|xl|2xl)$/;

/**
 * Whether a class is one that the page never has.
 * @param {string} name
 */
export function isUnusedClass(name) {
  return (
    themes.some((theme) => name === `pf-v6-theme-${theme}`) ||
    name.startsWith('pf-v6-pficon') ||
    variant.test(name) ||
    block.test(name) ||
    fromWidth.test(name)
  );
}
