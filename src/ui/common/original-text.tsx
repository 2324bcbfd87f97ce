// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import { _ } from './translate.ts';

/** The original text of libvirt, ssh..., below a sentence. Not translated, so that it can be searched on the web. */
export function OriginalText({ children }: { readonly children: string }): ReactNode {
  if (children === '') return null;
  return (
    <div className="migrate-original">
      <span className="migrate-original-label">{_('Original message:')}</span>{' '}
      <span className="migrate-original-text" lang="en">
        {visibleText(children)}
      </span>
    </div>
  );
}
