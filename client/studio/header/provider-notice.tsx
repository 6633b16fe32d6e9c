import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useCallback } from 'react';
import type { Provider } from '../api/queries.ts';
import { providerTexts } from '../i18n/texts.ts';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useSelected, useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

/** A notice for each provider that does not respond, with the number of tasks that wait for it, or refuses our key. */
export function ProviderNotice() {
  const studio = useStudio();
  const { i18n } = useLingui();
  const providers = useValue(studio.providers);
  const down = providers.filter(({ configured, health }) => configured && health === 'DOWN');
  return down.map(({ name, keyRefused }) => {
    const label = i18n.t(providerTexts[name]);
    return (
      <div key={name} className="provider-notice" role="status">
        <Icon name="warning" />
        <p>
          {keyRefused ? (
            <>
              <strong>
                <Trans>{label} does not accept this server’s API key.</Trans>
              </strong>{' '}
              <Trans>No video can be made there until the operator replaces it.</Trans>
            </>
          ) : (
            <>
              <strong>
                <Trans>{label} is not responding.</Trans>
              </strong>{' '}
              <Waiting provider={name} />
            </>
          )}
        </p>
      </div>
    );
  });
}

/** The number of tasks that continue when a provider responds. */
function Waiting({ provider }: { readonly provider: Provider['name'] }) {
  const studio = useStudio();
  const countWaiting = useCallback(
    (tasks: readonly SeenTask[]) =>
      tasks.filter(
        ({ task }) =>
          // One of unknown outcome waits for the user.
          task.provider === provider && !isTerminal(task) && task.stage !== 'SUBMISSION_UNKNOWN',
      ).length,
    [provider],
  );
  const waiting = useSelected(studio.tasks.list, countWaiting);
  return waiting > 0 ? (
    <Plural
      value={waiting}
      one="Your task waits and continues by itself."
      other="Your # tasks wait and continue by themselves."
    />
  ) : (
    <Trans>New tasks will wait until it does.</Trans>
  );
}
