import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { providerTexts } from '../i18n/texts.ts';
import { isTerminal } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

/** A notice for each provider that does not respond, with the number of tasks that wait for it. */
export function ProviderNotice() {
  const studio = useStudio();
  const { i18n } = useLingui();
  const providers = useValue(studio.providers);
  const tasks = useValue(studio.tasks.list);
  const down = providers.filter(({ configured, health }) => configured && health === 'DOWN');
  return down.map(({ name }) => {
    const label = i18n.t(providerTexts[name]);
    const waiting = tasks.filter(({ task }) => task.provider === name && !isTerminal(task)).length;
    return (
      <div key={name} className="provider-notice" role="status">
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
  });
}
