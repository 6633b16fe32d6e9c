import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { duration, moment, money, size } from '../i18n/format.ts';
import { aspectTexts, providerTexts, resolutionTexts, useCaseTexts } from '../i18n/texts.ts';
import { useOtherOwner } from '../gallery/owner-mark.tsx';
import { openTask } from '../route.ts';
import { useStudio } from '../studio.ts';

/** Details of a task that are not shown elsewhere. */
export function Details({ task }: { readonly task: Task }) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const cost =
    task.cost === null
      ? null
      : task.cost.settled
        ? money(i18n, task.cost.amount)
        : t`about ${money(i18n, task.cost.amount)}`;
  const shape = [
    i18n.t(aspectTexts[task.aspectRatio]),
    task.durationSeconds === null ? null : duration(i18n, task.durationSeconds),
    task.resolution === null ? null : i18n.t(resolutionTexts[task.resolution]),
    task.audio === null ? null : task.audio ? t`with sound` : t`without sound`,
  ].filter((part) => part !== null);
  const { bytes, width, height } = task.video ?? { bytes: null, width: null, height: null };
  const sizes = [
    width === null || height === null ? null : `${width} × ${height}`,
    bytes === null ? null : size(i18n, bytes),
  ].filter((part) => part !== null);
  const rows: (readonly [label: string, value: string | null])[] = [
    [t`Owner`, useOtherOwner(task)],
    [t`Provider`, i18n.t(providerTexts[task.provider])],
    [t`Model`, studio.modelOf(task)?.label ?? task.model],
    [t`Format`, shape.join(' · ')],
    [t`Not to be shown`, task.negativePrompt],
    [t`Use case`, task.useCase === null ? null : i18n.t(useCaseTexts[task.useCase])],
    [t`Cost`, cost],
    [t`Size`, sizes.join(' · ')],
    [t`ID at the provider`, task.providerTaskId],
    [t`Status at the provider`, task.providerStatus],
    [t`Last checked`, task.lastCheckedAt === null ? null : moment(i18n, task.lastCheckedAt)],
    [t`Checks`, task.checks === 0 ? null : i18n.number(task.checks)],
    [t`ID`, task.id],
  ];
  return (
    <dl className="details">
      {rows.map(([label, value]) =>
        value === null || value === '' ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ),
      )}
      {task.retryOf !== null && <RetryOf id={task.retryOf.id} />}
    </dl>
  );
}

function RetryOf({ id }: { readonly id: string }) {
  const { t } = useLingui();
  return (
    <div>
      <dt>{t`Retry of`}</dt>
      <dd>
        <button type="button" className="link" onClick={() => openTask(id)}>
          {t`the original`}
        </button>
      </dd>
    </div>
  );
}
