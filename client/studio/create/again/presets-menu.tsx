import { Menu } from '@base-ui/react/menu';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { aspectTexts } from '../../i18n/texts.ts';
import { useValue } from '../../live/value.ts';
import { useStudio } from '../../studio.ts';
import { Icon } from '../../ui/icon.tsx';
import type { Draft } from '../draft.ts';
import { makerOf } from '../fit.ts';
import { readPresets, type Preset } from './presets.ts';
import { PresetsDialog } from './presets-dialog.tsx';

interface PresetsMenuProps {
  readonly draft: Draft;
  readonly onUse: (part: Partial<Draft>) => void;
}

/** A menu of the saved presets, from which they are used, saved and deleted. */
export function PresetsMenu({ draft, onUse }: PresetsMenuProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const { i18n, t } = useLingui();
  const [presets, setPresets] = useState<readonly Preset[]>([]);
  const [isEditing, setIsEditing] = useState(false);
  const detailOf = ({ draft: { provider, model, aspectRatio, durationSeconds } }: Preset) => {
    const maker = makerOf(providers, { ...draft, provider, model });
    return [
      maker?.model.label ?? model,
      i18n.t(aspectTexts[aspectRatio]),
      durationSeconds === null ? null : t`${durationSeconds} s`,
    ]
      .filter((part) => part !== null)
      .join(' · ');
  };
  return (
    <>
      <Menu.Root onOpenChange={(isOpen) => isOpen && setPresets(readPresets())}>
        <Menu.Trigger className="button button-quiet button-tool">
          <Icon name="bookmark" />
          <Trans>Presets</Trans>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="layer" sideOffset={4} align="end">
            <Menu.Popup className="popup">
              {presets.map((preset) => (
                <Menu.Item key={preset.name} className="item" onClick={() => onUse(preset.draft)}>
                  <span className="item-text">
                    {preset.name}
                    <span className="item-detail">{detailOf(preset)}</span>
                  </span>
                </Menu.Item>
              ))}
              {presets.length > 0 && <Menu.Separator className="item-separator" />}
              <Menu.Item className="item" onClick={() => setIsEditing(true)}>
                {presets.length === 0 ? t`Save these settings…` : t`Save or delete…`}
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <PresetsDialog draft={draft} open={isEditing} onClose={() => setIsEditing(false)} />
    </>
  );
}
