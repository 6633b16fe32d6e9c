import { Trans } from '@lingui/react/macro';
import { homePath } from '../route.ts';

/** The page of an address that the studio does not have. */
export function NotFound() {
  return (
    <main className="notice-page">
      <h1>
        <Trans>Page not found</Trans>
      </h1>
      <p>
        <Trans>The link may be incomplete.</Trans>
      </p>
      <a className="button button-primary" href={homePath()}>
        <Trans>Go to your videos</Trans>
      </a>
    </main>
  );
}
