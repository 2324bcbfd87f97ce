// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';

/** A list of details; nothing if it is empty. */
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
