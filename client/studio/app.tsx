import { CSPProvider } from '@base-ui/react/csp-provider';
import { useLingui } from '@lingui/react/macro';
import { lazy, Suspense, useEffect, useState } from 'react';
import { CompareDialog } from './compare/compare-dialog.tsx';
import { CreateForm } from './create/create-form.tsx';
import { Gallery } from './gallery/gallery.tsx';
import { ConnectionBanner } from './header/connection-banner.tsx';
import { Header } from './header/header.tsx';
import { KeyDialog } from './header/key-dialog.tsx';
import { Opening } from './header/opening.tsx';
import { Skeleton } from './header/skeleton.tsx';
import { WindowTitle } from './header/window-title.ts';
import { isTerminal } from './live/progress.ts';
import { useValue } from './live/value.ts';
import { useRoute } from './route.ts';
import { useStudio } from './studio.ts';
import { TaskDialog } from './task/task-dialog.tsx';
import { titleOf } from './task/title.ts';
import { Toasts } from './ui/toasts.tsx';

const CostsPage = lazy(() => import('./costs/costs-page.tsx'));

/** The whole page. */
export function App() {
  const route = useRoute();
  return (
    // Its components must not add style elements to the page: the Content-Security-Policy forbids them.
    <CSPProvider disableStyleElements>
      <Toasts banner={<ConnectionBanner />}>
        <div className="page">
          <Header />
          <Page />
          <Announcer />
          <WindowTitle />
        </div>
        <TaskDialog id={route.kind === 'task' ? route.id : null} />
        <CompareDialog />
        <KeyDialog />
      </Toasts>
    </CSPProvider>
  );
}

/** The part of the page below its header. */
function Page() {
  const studio = useStudio();
  const access = useValue(studio.access);
  const route = useRoute();
  if (access !== 'open') return <Opening />;
  if (route.kind !== 'costs') return <Main />;
  return (
    <Suspense fallback={<Skeleton />}>
      <CostsPage />
    </Suspense>
  );
}

function Main() {
  const { t } = useLingui();
  return (
    <main className="main">
      <section className="panel" aria-label={t`New video`}>
        <CreateForm />
      </section>
      <Gallery />
    </main>
  );
}

/** Announces to screen readers how a video ended. */
function Announcer() {
  const studio = useStudio();
  const { t } = useLingui();
  const [text, setText] = useState('');
  useEffect(
    () =>
      studio.tasks.onChange(({ task, before }) => {
        if (before === null || isTerminal(before) || !isTerminal(task)) return;
        const name = titleOf(task, t`Video`).slice(0, 80);
        setText(task.status === 'COMPLETED' ? t`Ready: ${name}` : t`Ended without a video: ${name}`);
      }),
    [studio, t],
  );
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}
