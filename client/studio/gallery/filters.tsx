import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { providerWords, statusWords } from '../i18n/words.ts';
import type { Filter } from '../live/pages.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { Select } from '../ui/select.tsx';

/** After the last letter: a search is not sent letter by letter. */
const settleMs = 250;
const statuses = ['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED'] as const;

interface FiltersProps {
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
  /** The person touched the filter; what it becomes may follow a moment later. */
  readonly onTouch: () => void;
  readonly onTrack: () => void;
}

/** Narrows the gallery. */
export function Filters({ filter, onChange, onTouch, onTrack }: FiltersProps) {
  const studio = useStudio();
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const { i18n, t } = useLingui();
  const [search, setSearch] = useState(filter.search);
  useEffect(() => {
    const wanted = search.trim();
    if (wanted === filter.search) return undefined;
    const timer = setTimeout(() => onChange({ ...filter, search: wanted }), settleMs);
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
          ...statuses.map((value) => ({ value, label: i18n.t(statusWords[value]) })),
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
            ...providers.map(({ name }) => ({ value: name, label: i18n.t(providerWords[name]) })),
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
