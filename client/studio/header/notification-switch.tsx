import { Toggle } from '@base-ui/react/toggle';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { basePath } from '../base.ts';
import { navigate, pathOf } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { useToast } from '../ui/toasts.tsx';
import { isTerminal } from '../live/progress.ts';

const stored = 'reelay:notify';
const isSupported = 'Notification' in window;
const wants = () =>
  isSupported && Notification.permission === 'granted' && localStorage.getItem(stored) === 'yes';

/** Asks the browser for notifications only when the person presses this. */
export function NotificationSwitch() {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const [isOn, setIsOn] = useState(wants);
  useEffect(() => {
    if (!isOn) return undefined;
    return studio.tasks.onChange(({ task, before }) => {
      if (before === null || isTerminal(before) || !isTerminal(task) || !document.hidden) return;
      const title = task.status === 'COMPLETED' ? t`The video is ready` : t`The task ended without a video`;
      const note = new Notification(title, {
        body: task.prompt.slice(0, 120),
        tag: task.id,
        icon: `${basePath()}/icon.svg`,
      });
      note.addEventListener('click', () => {
        window.focus();
        navigate(pathOf(task.id));
      });
    });
  }, [isOn, studio, t]);
  if (!isSupported) return null;
  const change = async (wanted: boolean) => {
    const allowed = wanted && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(stored, allowed ? 'yes' : 'no');
    setIsOn(allowed);
    if (wanted && !allowed) toast(t`Your browser blocks notifications from this page.`, 'problem');
  };
  return (
    <Toggle
      className="button button-quiet button-icon"
      pressed={isOn}
      onPressedChange={(wanted) => void change(wanted)}
      aria-label={t`Notify me when a video is ready`}
      title={t`Notify me when a video is ready`}
    >
      <Icon name={isOn ? 'bell' : 'bellOff'} />
    </Toggle>
  );
}
