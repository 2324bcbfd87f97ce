// SPDX-License-Identifier: LGPL-2.1-or-later
import ArrowRightIcon from '@patternfly/react-icons/dist/esm/icons/arrow-right-icon';
import ServerIcon from '@patternfly/react-icons/dist/esm/icons/server-icon';
import type { ReactNode } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import type { DestinationInput } from '../../engine/destination/index.ts';
import type { Forecast } from '../../engine/forecast/index.ts';
import { _, format, formatRate, hostOf } from '../common/index.ts';

interface HostProps {
  readonly side: 'source' | 'destination';
  readonly role: string;
  readonly name: string;
  /** A placeholder for a name. */
  readonly missing?: boolean;
}

function Host({ side, role, name, missing = false }: HostProps): ReactNode {
  return (
    <div className="migrate-host" data-host={side}>
      <span className="migrate-host-icon" aria-hidden="true">
        <ServerIcon />
      </span>
      <div>
        <div className="migrate-host-role">{role}</div>
        <div className={missing ? 'migrate-host-missing' : 'migrate-host-name'}>{visibleText(name)}</div>
      </div>
    </div>
  );
}

export interface RouteProps {
  /** The name of this host; undefined while unknown. */
  readonly source: string | undefined;
  readonly destination: DestinationInput;
  /** Has the bandwidth of the link. */
  readonly forecast: Forecast | undefined;
}

/** The two hosts, and the link between them. */
export function Route({ source, destination, forecast }: RouteProps): ReactNode {
  const valid = destination.kind === 'valid' ? destination : undefined;
  const carries =
    forecast === undefined || forecast.kind === 'unknown' ? undefined : forecast.bandwidthBytesPerSecond;
  return (
    <div className="migrate-route">
      <Host side="source" role={_('Source, this host')} name={source ?? _('This host')} />
      <div className="migrate-way">
        <span className="migrate-way-text">
          {/* TRANSLATORS: $0 is how libvirt connects, such as “ssh” or “tls”. */}
          {valid === undefined ? null : format(_('over $0'), valid.parts.transport)}
        </span>
        <span className="migrate-way-arrow" aria-hidden="true">
          <ArrowRightIcon />
        </span>
        <span className="migrate-way-text">{carries === undefined ? null : formatRate(carries)}</span>
      </div>
      <Host
        side="destination"
        role={_('Destination')}
        name={valid === undefined ? _('Not chosen yet') : hostOf(valid.uri)}
        missing={valid === undefined}
      />
    </div>
  );
}
