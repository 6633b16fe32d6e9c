import { Toast } from '@base-ui/react/toast';
import { useLingui } from '@lingui/react/macro';
import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

type Manager = ReturnType<typeof Toast.createToastManager>;
const ManagerContext = createContext<Manager | null>(null);

interface ToastsProps {
  readonly children: ReactNode;
  /** A note that stays, below the toasts. */
  readonly banner: ReactNode;
}

/** Container of toasts, which screen readers announce. They stand above the banner, never over it. */
export function Toasts({ children, banner }: ToastsProps) {
  const [manager] = useState(() => Toast.createToastManager());
  return (
    <Toast.Provider toastManager={manager} timeout={6000} limit={3}>
      <ManagerContext value={manager}>{children}</ManagerContext>
      <Toast.Portal>
        <div className="notices">
          <Toast.Viewport className="toasts">
            <List />
          </Toast.Viewport>
          {banner}
        </div>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts } = Toast.useToastManager();
  const { t } = useLingui();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className="toast" data-type={toast.type}>
      <Toast.Content className="toast-content">
        <Toast.Title className="toast-text" render={<p />} />
        {toast.actionProps !== undefined && <Toast.Action className="button button-small" />}
        <Toast.Close className="button button-quiet button-icon" aria-label={t`Close`}>
          <Icon name="close" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** Returns a function that shows a toast. Toasts that come and go do not render the component that shows them. */
export function useToast(): (text: string, kind?: 'done' | 'problem') => void {
  const manager = useContext(ManagerContext);
  if (manager === null) throw new Error('A component is outside of Toasts.');
  return useCallback(
    (text, kind = 'done') => {
      // Not with high priority: such toasts are hidden from assistive technology and can still be focused.
      manager.add({ title: text, type: kind });
    },
    [manager],
  );
}
