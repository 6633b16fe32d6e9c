import { useLingui } from '@lingui/react/macro';
import { plural } from '@lingui/core/macro';
import { useState, type KeyboardEvent } from 'react';
import { money } from '../i18n/format.ts';
import { isTouch } from '../ui/touch.ts';

/** The cost of a day or a month. */
export interface Bar {
  readonly key: string;
  /** Its day or month, for people. */
  readonly name: string;
  readonly amount: number;
  readonly tasks: number;
}

interface DayChartProps {
  readonly label: string;
  readonly bars: readonly Bar[];
}

/** About this many names fit below the bars; costs.css shows every other one where there is little room. */
const mostNames = 6;
/** Height of the highest bar in pixels; costs.css has the same. */
const plotHeight = 198;

/** Bars side by side. One stop of the Tab key; arrows go from bar to bar, and each says what it shows. */
export function DayChart({ label, bars }: DayChartProps) {
  const { i18n, t } = useLingui();
  const [active, setActive] = useState<number | null>(null);
  const most = Math.max(...bars.map(({ amount }) => amount), 0.01);
  const textOf = ({ name, amount, tasks }: Bar) =>
    t`${name}: ${money(i18n, amount)}, ${plural(tasks, { one: '# video', other: '# videos' })}`;
  const shown = active === null ? undefined : bars[active];
  const hint = isTouch() ? t`Tap a bar to see its cost.` : t`Point to a bar to see its cost.`;
  const step = Math.ceil(bars.length / mostNames);
  const starts = bars.map((_, index) => index).filter((index) => index % step === 0);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const now = active ?? bars.length - 1;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const bar = event.currentTarget.querySelectorAll('button')[Math.min(Math.max(next, 0), bars.length - 1)];
    bar?.focus();
  };
  return (
    <figure className="chart">
      <figcaption className="chart-caption" aria-hidden="true">
        {shown === undefined ? hint : textOf(shown)}
      </figcaption>
      <div className="chart-plot">
        <span className="chart-most" aria-hidden="true">
          {money(i18n, most)}
        </span>
        <div
          className="chart-bars"
          role="group"
          aria-label={label}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setActive(null)}
        >
          {bars.map((bar, index) => (
            <button
              key={bar.key}
              type="button"
              className="chart-bar"
              tabIndex={index === (active ?? bars.length - 1) ? 0 : -1}
              aria-label={textOf(bar)}
              data-active={index === active || undefined}
              onFocus={() => setActive(index)}
              onPointerEnter={() => setActive(index)}
            >
              <span
                className="chart-fill"
                data-empty={bar.amount === 0 || undefined}
                style={{ height: `${(bar.amount / most) * plotHeight}px` }}
              />
            </button>
          ))}
        </div>
        <div className="chart-names" aria-hidden="true">
          {starts.map((start) => {
            const count = Math.min(step, bars.length - start);
            return (
              <span key={start} data-narrow={count < step || undefined} style={{ flexGrow: count }}>
                {bars[start]?.name}
              </span>
            );
          })}
        </div>
      </div>
    </figure>
  );
}
