import { CSPProvider } from '@base-ui/react/csp-provider';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { CreateHead } from './create/create-head.tsx';
import { CreateForm } from './create/create-form.tsx';
import { Gallery } from './gallery/gallery.tsx';
import { Header } from './header/header.tsx';
import { KeyDialog } from './header/key-dialog.tsx';
import { isTerminal } from './live/progress.ts';
import { useValue } from './live/value.ts';
import { useOpenTaskId } from './route.ts';
import { useStudio } from './studio.ts';
import { TaskDialog } from './task/task-dialog.tsx';
import { Toasts } from './ui/toasts.tsx';

/** The whole page. */
export function App() {
  const studio = useStudio();
  const access = useValue(studio.access);
  const taskId = useOpenTaskId();
  return (
    // Its components must not add style elements to the page: the Content-Security-Policy forbids them.
    <CSPProvider disableStyleElements>
      <Toasts>
        <div className="page">
          <Header />
          {access === 'failed' ? <Failed /> : <Main isOpen={access === 'open'} />}
          <Announcer />
        </div>
        <TaskDialog id={taskId} />
        <KeyDialog />
      </Toasts>
    </CSPProvider>
  );
}

function Main({ isOpen }: { readonly isOpen: boolean }) {
  const { t } = useLingui();
  return (
    <main className="main" aria-busy={!isOpen}>
      <Offline />
      <section className="panel" aria-label={t`New video`}>
        {isOpen ? <CreateForm /> : <CreateHead />}
      </section>
      {isOpen ? <Gallery /> : <div />}
    </main>
  );
}

/** A banner while the page is offline and may show old states. */
function Offline() {
  const studio = useStudio();
  const connection = useValue(studio.connection);
  const access = useValue(studio.access);
  if (connection !== 'offline' || access !== 'open') return null;
  return (
    <p className="banner">
      <Trans>
        No connection. Your videos are still being made; this page will update when the connection is back.
      </Trans>
    </p>
  );
}

function Failed() {
  const studio = useStudio();
  return (
    <main className="empty">
      <h1>
        <Trans>The server is not responding</Trans>
      </h1>
      <button type="button" className="button button-primary" onClick={() => void studio.open()}>
        <Trans>Try again</Trans>
      </button>
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
        const name = task.prompt.slice(0, 80);
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
