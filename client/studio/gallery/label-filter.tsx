import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, useState } from 'react';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** Suggestions beyond these are found by typing. */
const mostSuggestions = 200;

interface LabelFilterProps {
  readonly label: string | null;
  readonly onChange: (label: string | null) => void;
}

/** One label, exactly. The browser suggests those of the tasks that were read. */
export function LabelFilter({ label, onChange }: LabelFilterProps) {
  const studio = useStudio();
  const { t } = useLingui();
  const tasks = useValue(studio.tasks.list);
  const [text, setText] = useState(label ?? '');
  useEffect(() => setText(label ?? ''), [label]);
  const labels = useMemo(
    () => new Set(tasks.flatMap(({ task }) => (task.label ? [task.label] : []))),
    [tasks],
  );
  const apply = (next: string) => onChange(next.trim() || null);
  return (
    <label className="field">
      <span className="label">
        <Trans>Label</Trans>
      </span>
      <input
        className="input"
        list="labels"
        maxLength={200}
        placeholder={t`Any label`}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          // A suggestion that was chosen, or the end of the filter; otherwise more letters may follow.
          if (value === '' || labels.has(value)) apply(value);
        }}
        onBlur={() => apply(text)}
        onKeyDown={({ key }) => {
          if (key === 'Enter') apply(text);
        }}
      />
      <datalist id="labels">
        {[...labels].slice(0, mostSuggestions).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </label>
  );
}
