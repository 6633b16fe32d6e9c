import { Trans, useLingui } from '@lingui/react/macro';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { faultTexts } from './connection-banner.tsx';
import { Skeleton } from './skeleton.tsx';

/** The page before its first data: its outline, or the reason why there is none. */
export function Opening() {
  const studio = useStudio();
  const access = useValue(studio.access);
  const fault = useValue(studio.fault);
  const { i18n } = useLingui();
  const isFailed = access === 'failed';
  if (!isFailed && (fault === null || access !== 'opening')) return <Skeleton />;
  return (
    <main className="notice-page" role="alert">
      <h1>{isFailed ? <Trans>The server is not responding</Trans> : <Trans>Cannot connect</Trans>}</h1>
      {fault !== null && <p>{i18n.t(faultTexts[fault])}</p>}
      {fault === 'socket' && (
        <p className="note">
          <Trans>
            For the operator: the proxy must forward the Upgrade and Connection headers for {'/graphql'}.
          </Trans>
        </p>
      )}
      {isFailed ? (
        <button type="button" className="button button-primary" onClick={() => void studio.open()}>
          <Trans>Try again</Trans>
        </button>
      ) : (
        <p className="note">
          <Trans>Trying again…</Trans>
        </p>
      )}
    </main>
  );
}
