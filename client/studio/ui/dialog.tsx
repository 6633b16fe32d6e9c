import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import { useLingui } from '@lingui/react/macro';
import { useRef, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly isWide?: boolean;
  /** Buttons beside the title. */
  readonly actions?: ReactNode;
  /** False if there is nothing to return to. */
  readonly canClose?: boolean;
}

/** What a dialog was opened to fill in. */
const field = 'textarea, input:is([type="text"], [type="password"], :not([type])):not([aria-hidden])';

/** A dialog over the page, with the focus on its field if it has one. Escape and a press outside close it. */
export function Dialog(props: DialogProps) {
  const { open, onClose, title, description, children, actions } = props;
  const { isWide = false, canClose = true } = props;
  const { t } = useLingui();
  const popup = useRef<HTMLDivElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && canClose && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Viewport className="viewport">
          <Base.Popup
            className={isWide ? 'dialog dialog-wide' : 'dialog'}
            ref={popup}
            initialFocus={(opened) => {
              // Not the first of the buttons beside the title.
              if (actions !== undefined) return close.current;
              // A finger has asked for the dialog, not for the keyboard over it.
              return opened === 'touch' ? true : (popup.current?.querySelector<HTMLElement>(field) ?? true);
            }}
          >
            <div className="dialog-head">
              <Base.Title className="dialog-title">{title}</Base.Title>
              {actions}
              {canClose && (
                <Base.Close ref={close} className="button button-quiet button-icon" aria-label={t`Close`}>
                  <Icon name="close" />
                </Base.Close>
              )}
            </div>
            {description !== undefined && (
              <Base.Description className="dialog-text">{description}</Base.Description>
            )}
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description: ReactNode;
  readonly action: string;
  /** True if it destroys nothing. */
  readonly isSafe?: boolean;
  readonly onConfirm: () => void;
}

/** Asks for confirmation of an action that cannot be undone, or that is paid. */
export function Confirm(props: ConfirmProps) {
  const { open, onClose, title, description, action, isSafe = false, onConfirm } = props;
  const { t } = useLingui();
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Viewport className="viewport">
          <AlertDialog.Popup className="dialog">
            <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
            <AlertDialog.Description className="dialog-text">{description}</AlertDialog.Description>
            <div className="dialog-actions">
              <AlertDialog.Close className="button">{isSafe ? t`Cancel` : t`Keep it`}</AlertDialog.Close>
              <AlertDialog.Close
                className={isSafe ? 'button button-primary' : 'button button-danger'}
                onClick={onConfirm}
              >
                {action}
              </AlertDialog.Close>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
