import { Popover } from '@base-ui/react/popover';
import { Trans, useLingui } from '@lingui/react/macro';
import { providerTexts } from '../i18n/texts.ts';
import type { Filter } from '../live/filter.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { DayRange } from './day-range.tsx';
import { LabelFilter } from './label-filter.tsx';
import type { ChangeFilter } from './use-filter.ts';

interface FilterPopoverProps {
  readonly filter: Filter;
  readonly onChange: ChangeFilter;
}

/** Filters that are needed less often: days, label and provider. */
export function FilterPopover({ filter, onChange }: FilterPopoverProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const { i18n, t } = useLingui();
  const used = [filter.from ?? filter.to, filter.label, filter.provider].filter((value) => value !== null);
  return (
    <Popover.Root>
      <Popover.Trigger className="button">
        <Icon name="filter" />
        <Trans>Filters</Trans>
        {used.length > 0 && <span className="count">{i18n.number(used.length)}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="layer" sideOffset={6} align="end">
          <Popover.Popup className="popup filter-popup" aria-label={t`Filters`}>
            <DayRange from={filter.from} to={filter.to} onChange={onChange} />
            <LabelFilter label={filter.label} onChange={(label) => onChange({ label })} />
            {providers.length > 1 && (
              <Select
                label={t`Provider`}
                value={filter.provider}
                onChange={(provider) => onChange({ provider })}
                options={[
                  { value: null, label: t`Any provider` },
                  ...providers.map(({ name }) => ({ value: name, label: i18n.t(providerTexts[name]) })),
                ]}
              />
            )}
            <div className="filter-actions">
              <button
                type="button"
                className="button button-quiet"
                disabled={used.length === 0}
                onClick={() => onChange({ from: null, to: null, label: null, provider: null })}
              >
                <Trans>Clear</Trans>
              </button>
              <Popover.Close className="button">
                <Trans>Done</Trans>
              </Popover.Close>
            </div>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
