import { Trans, useLingui } from '@lingui/react/macro';
import { memo, useEffect, useRef, useState } from 'react';
import { statusTexts } from '../i18n/texts.ts';
import type { Filter } from '../live/filter.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';
import { FilterPopover } from './filter-popover.tsx';
import type { ChangeFilter } from './use-filter.ts';

/** Pause after the last letter, so that not every letter sends a search. */
const settleMs = 250;
const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: ChangeFilter;
  /** The user has begun to change the filter; `onChange` may follow later. */
  readonly onTouch: () => void;
  readonly onTrack: () => void;
}

/** The filter of the gallery. Not rendered with each page of the list. */
export const Filters = memo(function Filters({ filter, onChange, onTouch, onTrack }: FiltersProps) {
  const { i18n, t } = useLingui();
  return (
    <div className="filters" role="search">
      <Search search={filter.search} onChange={onChange} onTouch={onTouch} />
      <Select
        label={t`Status`}
        isLabelHidden
        value={filter.status}
        onChange={(status) => onChange({ status })}
        options={[
          { value: null, label: t`Any status` },
          ...statuses.map((value) => ({ value, label: i18n.t(statusTexts[value]) })),
        ]}
      />
      <FilterPopover filter={filter} onChange={onChange} />
      <button type="button" className="button filters-track" title={t`Add by ID`} onClick={onTrack}>
        <Icon name="follow" />
        <span className="button-text">
          <Trans>Add by ID</Trans>
        </span>
      </button>
    </div>
  );
});

interface SearchProps {
  readonly search: string;
  readonly onChange: ChangeFilter;
  readonly onTouch: () => void;
}

function Search({ search, onChange, onTouch }: SearchProps) {
  const { t } = useLingui();
  const [text, setText] = useState(search);
  /** The search that this field asked for last. */
  const asked = useRef(search);
  useEffect(() => {
    // The back button or a link has changed it.
    if (search !== asked.current) setText(search);
    asked.current = search;
  }, [search]);
  useEffect(() => {
    const trimmed = text.trim();
    if (trimmed === asked.current) return undefined;
    const timer = setTimeout(() => {
      // The letters of one search are one step of the back button.
      const isSameStep = asked.current !== '' && trimmed !== '';
      asked.current = trimmed;
      onChange({ search: trimmed }, isSameStep);
    }, settleMs);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <div className="search">
      <Icon name="search" />
      <input
        className="input"
        id="search"
        type="search"
        aria-label={t`Search prompts, labels and IDs`}
        aria-keyshortcuts="/"
        placeholder={t`Search`}
        value={text}
        onKeyDown={({ key }) => {
          if (key === 'ArrowDown' || key === 'Enter')
            document.querySelector<HTMLElement>('.card-title a')?.focus();
        }}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          onTouch();
        }}
      />
    </div>
  );
}
