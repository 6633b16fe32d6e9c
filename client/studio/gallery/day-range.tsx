import { Trans, useLingui } from '@lingui/react/macro';
import type { Filter } from '../live/filter.ts';

interface DayRangeProps extends Pick<Filter, 'from' | 'to'> {
  readonly onChange: (days: Pick<Filter, 'from' | 'to'>) => void;
}

/** The first and the last day, by ready ranges or by date. */
export function DayRange({ from, to, onChange }: DayRangeProps) {
  const { t } = useLingui();
  const today = dayBefore(0);
  const ranges = [
    { name: t`Today`, from: today },
    { name: t`7 days`, from: dayBefore(6) },
    { name: t`30 days`, from: dayBefore(29) },
  ];
  return (
    <fieldset className="day-range">
      <legend className="label">
        <Trans>Created</Trans>
      </legend>
      <div className="segments">
        {ranges.map((range) => {
          const isChosen = range.from === from && to === null;
          return (
            <button
              key={range.from}
              type="button"
              className="segment"
              aria-pressed={isChosen}
              onClick={() => onChange({ from: isChosen ? null : range.from, to: null })}
            >
              {range.name}
            </button>
          );
        })}
      </div>
      <div className="day-range-dates">
        <Day label={t`From`} value={from} max={to ?? today} onChange={(day) => onChange({ from: day, to })} />
        <Day
          label={t`To`}
          value={to}
          min={from ?? undefined}
          max={today}
          onChange={(day) => onChange({ from, to: day })}
        />
      </div>
    </fieldset>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string | null;
  readonly min?: string | undefined;
  readonly max: string;
  readonly onChange: (day: string | null) => void;
}

function Day({ label, value, min, max, onChange }: DayProps) {
  return (
    <label className="field">
      <span className="note">{label}</span>
      <input
        className="input"
        type="date"
        value={value ?? ''}
        min={min}
        max={max}
        onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
      />
    </label>
  );
}

/** The day that many days before today on this device, as YYYY-MM-DD. */
function dayBefore(days: number): string {
  const now = new Date();
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
