import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Fault } from '../live/diagnose.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** Reasons why there is no connection, each with the next step where there is one. */
export const faultTexts: Readonly<Record<Fault, MessageDescriptor>> = {
  device: msg`This device is offline.`,
  unreachable: msg`The server cannot be reached.`,
  server: msg`The server responds with an error.`,
  refused: msg`The server refuses requests from this page.`,
  socket: msg`The server responds, but a proxy in between blocks the live connection (WebSocket).`,
};

/** A banner while the page is offline and may show old states. */
export function ConnectionBanner() {
  const studio = useStudio();
  const { i18n } = useLingui();
  const connection = useValue(studio.connection);
  const access = useValue(studio.access);
  const fault = useValue(studio.fault);
  if (connection !== 'offline' || access !== 'open') return null;
  return (
    <div className="banner" role="status">
      <p>
        <Trans>
          No connection. Your videos are still being made; this page will update when the connection is back.
        </Trans>
      </p>
      {fault !== null && <p className="banner-reason">{i18n.t(faultTexts[fault])}</p>}
    </div>
  );
}
