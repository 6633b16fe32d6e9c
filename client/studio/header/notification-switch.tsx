import { Toggle } from '@base-ui/react/toggle';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { basePath } from '../base.ts';
import { openTask } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { useToast } from '../ui/toasts.tsx';
import { isTerminal } from '../live/progress.ts';

const stored = 'reelay:notify';
const isSupported = 'Notification' in window;
const isEnabled = () =>
  isSupported && Notification.permission === 'granted' && localStorage.getItem(stored) === 'yes';

/** Turns notifications on and off. The browser asks for permission only when this is pressed. */
export function NotificationSwitch() {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const [isOn, setIsOn] = useState(isEnabled);
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
        openTask(task.id);
      });
    });
  }, [isOn, studio, t]);
  if (!isSupported) return null;
  const change = async (turnOn: boolean) => {
    const allowed = turnOn && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(stored, allowed ? 'yes' : 'no');
    setIsOn(allowed);
    if (turnOn && !allowed) toast(t`Your browser blocks notifications from this page.`, 'problem');
  };
  return (
    <Toggle
      className="button button-quiet button-icon"
      pressed={isOn}
      onPressedChange={(turnOn) => void change(turnOn)}
      aria-label={t`Notify me when a video is ready`}
      title={t`Notify me when a video is ready`}
    >
      <Icon name={isOn ? 'bell' : 'bellOff'} />
    </Toggle>
  );
}
