import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import type { Connection } from '../live/feed.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

const stateTexts: Readonly<Record<Connection, MessageDescriptor>> = {
  connecting: msg`Connecting`,
  live: msg`Live`,
  reconnecting: msg`Reconnecting`,
  offline: msg`Offline`,
};

/** State of the connection, announced when it changes; nothing while there is none to have, before the user signs in. */
export function ConnectionState() {
  const studio = useStudio();
  const connection = useValue(studio.connection);
  const access = useValue(studio.access);
  const { i18n } = useLingui();
  if (access !== 'open' && access !== 'opening') return null;
  return (
    <span
      className="connection"
      data-connection={connection}
      // The banner announces that it is offline.
      role={connection === 'offline' ? undefined : 'status'}
    >
      {i18n.t(stateTexts[connection])}
    </span>
  );
}
