import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useCallback } from 'react';
import type { Provider } from '../api/queries.ts';
import { providerTexts } from '../i18n/texts.ts';
import { isTerminal, type SeenTask } from '../live/progress.ts';
import { useSelected, useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

/** A notice for each provider that does not respond, with the number of tasks that wait for it. */
export function ProviderNotice() {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const down = providers.filter(({ configured, health }) => configured && health === 'DOWN');
  return down.map(({ name }) => <NoticeOf key={name} name={name} />);
}

function NoticeOf({ name }: Pick<Provider, 'name'>) {
  const studio = useStudio();
  const { i18n } = useLingui();
  const countWaiting = useCallback(
    (tasks: readonly SeenTask[]) =>
      tasks.filter(({ task }) => task.provider === name && !isTerminal(task)).length,
    [name],
  );
  const waiting = useSelected(studio.tasks.list, countWaiting);
  const label = i18n.t(providerTexts[name]);
  return (
    <div className="provider-notice" role="status">
      <Icon name="warning" />
      <p>
        <strong>
          <Trans>{label} is not responding.</Trans>
        </strong>{' '}
        {waiting > 0 ? (
          <Plural
            value={waiting}
            one="Your task waits and continues by itself."
            other="Your # tasks wait and continue by themselves."
          />
        ) : (
          <Trans>New tasks will wait until it does.</Trans>
        )}
      </p>
    </div>
  );
}
