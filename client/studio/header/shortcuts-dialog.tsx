import { Trans, useLingui } from '@lingui/react/macro';
import { Dialog } from '../ui/dialog.tsx';

interface ShortcutsDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
}

/** The list of keys. */
export function ShortcutsDialog({ open, onClose }: ShortcutsDialogProps) {
  const { t } = useLingui();
  const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
  const groups: readonly (readonly [
    title: string,
    keys: readonly (readonly [keys: string, what: string])[],
  ])[] = [
    [
      t`Anywhere`,
      [
        ['/', t`Search`],
        ['N', t`Describe a new video`],
        [isMac ? '⌘ Enter' : 'Ctrl Enter', t`Generate`],
        ['?', t`This list`],
      ],
    ],
    [
      t`On a video`,
      [
        ['← ↑ → ↓', t`Go to the next one`],
        [t`Space`, t`Play or pause`],
        ['Enter', t`Open the details`],
        ['X', t`Select`],
        ['F', t`Favourite`],
      ],
    ],
    [
      t`In the details`,
      [
        ['← →', t`Previous and next video`],
        ['Esc', t`Close`],
      ],
    ],
  ];
  return (
    <Dialog open={open} onClose={onClose} title={<Trans>Keyboard shortcuts</Trans>}>
      <div className="shortcuts">
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3 className="label">{title}</h3>
            <dl>
              {keys.map(([name, what]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {name.split(' ').map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
