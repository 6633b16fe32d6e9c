import { Autocomplete } from '@base-ui/react/autocomplete';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, useState } from 'react';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** Suggestions beyond these are found by typing. */
const mostSuggestions = 100;

interface LabelFilterProps {
  readonly label: string | null;
  readonly onChange: (label: string | null) => void;
}

/** One label, exactly. Suggests those of the tasks that were read. */
export function LabelFilter({ label, onChange }: LabelFilterProps) {
  const studio = useStudio();
  const { t } = useLingui();
  const tasks = useValue(studio.tasks.list);
  const [text, setText] = useState(label ?? '');
  useEffect(() => setText(label ?? ''), [label]);
  const labels = useMemo(
    () => [...new Set(tasks.flatMap(({ task }) => (task.label ? [task.label] : [])))],
    [tasks],
  );
  const apply = (next: string) => onChange(next.trim() || null);
  return (
    <Autocomplete.Root
      items={labels}
      limit={mostSuggestions}
      value={text}
      openOnInputClick
      onValueChange={(next, { reason }) => {
        setText(next);
        if (reason === 'item-press' || next === '') apply(next);
      }}
    >
      <div className="field">
        <label className="label" htmlFor="label-filter">
          <Trans>Label</Trans>
        </label>
        <Autocomplete.Input
          id="label-filter"
          className="input"
          maxLength={200}
          placeholder={t`Any label`}
          onBlur={() => apply(text)}
          onKeyDown={({ key }) => {
            if (key === 'Enter') apply(text);
          }}
        />
      </div>
      <Autocomplete.Portal>
        <Autocomplete.Positioner className="layer" sideOffset={6}>
          <Autocomplete.Popup className="popup">
            <Autocomplete.List>
              {(each: string) => (
                <Autocomplete.Item key={each} className="item" value={each}>
                  {each}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
