import { useLingui } from '@lingui/react/macro';

const cards = [1, 2, 3, 4, 5, 6];

/** The outline of the page before its first data. index.html has the same, for the time before this script. */
export function Skeleton() {
  const { t } = useLingui();
  return (
    <main className="main" aria-busy="true" aria-label={t`Loading`}>
      <div className="panel skeleton-panel" />
      <div className="skeleton-gallery">
        {cards.map((card) => (
          <div key={card} className="skeleton-card" />
        ))}
      </div>
    </main>
  );
}
