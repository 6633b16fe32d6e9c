import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { providerTexts, statusTexts } from '../i18n/texts.ts';
import type { Filter } from '../live/pages.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';

/** Pause after the last letter, so that not every letter sends a search. */
const settleMs = 250;
const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  /** The user has begun to change the filter; `onChange` may follow later. */
  readonly onTouch: () => void;
  readonly onTrack: () => void;
}

/** The filter of the gallery. */
export function Filters({ filter, onChange, onTouch, onTrack }: FiltersProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const { i18n, t } = useLingui();
  const [search, setSearch] = useState(filter.search);
  useEffect(() => {
    const trimmed = search.trim();
    if (trimmed === filter.search) return undefined;
    const timer = setTimeout(() => onChange({ ...filter, search: trimmed }), settleMs);
    return () => clearTimeout(timer);
  }, [search, filter, onChange]);
  return (
    <div className="filters" role="search">
      <div className="search">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          aria-label={t`Search prompts, labels and IDs`}
          placeholder={t`Search`}
          value={search}
          onChange={({ currentTarget }) => {
            setSearch(currentTarget.value);
            onTouch();
          }}
        />
      </div>
      <Select
        label={t`Status`}
        isLabelHidden
        value={filter.status}
        onChange={(status) => {
          onTouch();
          onChange({ ...filter, status });
        }}
        options={[
          { value: null, label: t`Any status` },
          ...statuses.map((value) => ({ value, label: i18n.t(statusTexts[value]) })),
        ]}
      />
      {providers.length > 1 && (
        <Select
          label={t`Provider`}
          isLabelHidden
          value={filter.provider}
          onChange={(provider) => {
            onTouch();
            onChange({ ...filter, provider });
          }}
          options={[
            { value: null, label: t`Any provider` },
            ...providers.map(({ name }) => ({ value: name, label: i18n.t(providerTexts[name]) })),
          ]}
        />
      )}
      <button type="button" className="button" onClick={onTrack}>
        <Icon name="follow" />
        <Trans>Add by ID</Trans>
      </button>
    </div>
  );
}
