import { Toggle } from '@base-ui/react/toggle';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { memo } from 'react';
import { providerTexts } from '../i18n/texts.ts';
import { day } from '../i18n/format.ts';
import type { Filter } from '../live/filter.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import type { Count } from './use-count.ts';
import type { ChangeFilter } from './use-filter.ts';

interface ToolbarProps {
  readonly filter: Filter;
  readonly onChange: ChangeFilter;
  /** Null while it is not known. */
  readonly count: Count | null;
}

/** The number of videos, the filters that are on, and their order. Not rendered with each page of the list. */
export const Toolbar = memo(function Toolbar({ filter, onChange, count }: ToolbarProps) {
  const studio = useStudio();
  const { t } = useLingui();
  return (
    <div className="toolbar">
      <p className="toolbar-count" role="status">
        {count?.isExact === true && <Plural value={count.tasks} one="# video" other="# videos" />}
        {count?.isExact === false && <Plural value={count.tasks} other="More than # videos" />}
      </p>
      <Chips filter={filter} onChange={onChange} />
      <div className="toolbar-end">
        <Toggle
          className="button button-quiet"
          pressed={filter.isFavourite}
          onPressedChange={(isFavourite) => onChange({ isFavourite })}
        >
          <Icon name="star" isFilled={filter.isFavourite} />
          <Trans>Favourites</Trans>
        </Toggle>
        <Select
          label={t`Order`}
          isLabelHidden
          isQuiet
          value={filter.sort}
          onChange={(sort) => onChange({ sort })}
          options={[
            { value: 'newest', label: t`Newest first` },
            { value: 'oldest', label: t`Oldest first` },
          ]}
        />
        <button
          type="button"
          className="button button-quiet"
          disabled={count?.tasks === 0}
          onClick={() => studio.selection.start()}
        >
          <Icon name="select" />
          <Trans>Select</Trans>
        </button>
      </div>
    </div>
  );
});

/** Filters of the popover that are on, each with a button that removes it. */
function Chips({ filter, onChange }: Pick<ToolbarProps, 'filter' | 'onChange'>) {
  const { i18n, t } = useLingui();
  const { label, provider } = filter;
  const [from, to] = [filter.from, filter.to].map((date) => (date === null ? null : day(i18n, date)));
  const days = from
    ? to
      ? from === to
        ? from
        : `${from} – ${to}`
      : t`from ${from}`
    : to
      ? t`until ${to}`
      : null;
  const chips: (readonly [name: string | null, removed: Partial<Filter>])[] = [
    [days, { from: null, to: null }],
    [label, { label: null }],
    [provider === null ? null : i18n.t(providerTexts[provider]), { provider: null }],
  ];
  return (
    <>
      {chips.map(([name, removed]) =>
        name === null ? null : (
          <button
            key={Object.keys(removed).join(' ')}
            type="button"
            className="filter-chip"
            aria-label={t`Remove the filter ${name}`}
            onClick={() => onChange(removed)}
          >
            <span>{name}</span>
            <Icon name="close" />
          </button>
        ),
      )}
    </>
  );
}
