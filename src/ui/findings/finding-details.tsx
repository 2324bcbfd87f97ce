// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';

/** What was seen, one thing after the other; nothing where there is nothing. */
export function FindingDetails({ details }: { readonly details: readonly string[] }): ReactNode {
  if (details.length === 0) return null;
  return (
    <ul className="migrate-finding-details">
      {details.map((detail) => (
        <li key={detail}>{detail}</li>
      ))}
    </ul>
  );
}
