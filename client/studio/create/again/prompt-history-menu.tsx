import { Menu } from '@base-ui/react/menu';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useStudio } from '../../studio.ts';
import { Icon } from '../../ui/icon.tsx';
import { earlierPrompts, rememberPrompt } from './prompt-history.ts';

interface PromptHistoryMenuProps {
  /** The present text, which is kept when another one takes its place. */
  readonly prompt: string;
  readonly onChoose: (prompt: string) => void;
}

/** A menu of the prompts that were used before. */
export function PromptHistoryMenu({ prompt, onChoose }: PromptHistoryMenuProps) {
  const studio = useStudio();
  const { t } = useLingui();
  const [prompts, setPrompts] = useState<readonly string[]>([]);
  const choose = (next: string) => {
    rememberPrompt(prompt);
    onChoose(next);
  };
  return (
    <Menu.Root onOpenChange={(isOpen) => isOpen && setPrompts(earlierPrompts(studio.tasks.list.get()))}>
      <Menu.Trigger className="button button-quiet button-tool" title={t`Earlier prompts`}>
        <Icon name="past" />
        <span className="visually-hidden">
          <Trans>Earlier prompts</Trans>
        </span>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="layer" sideOffset={4} align="end">
          <Menu.Popup className="popup popup-prompts">
            {prompts.length === 0 ? (
              <Menu.Item className="item" disabled>
                <Trans>Prompts that you have used appear here.</Trans>
              </Menu.Item>
            ) : (
              prompts.map((each) => (
                <Menu.Item key={each} className="item" onClick={() => choose(each)}>
                  <span className="item-clamp" dir="auto">
                    {each}
                  </span>
                </Menu.Item>
              ))
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
