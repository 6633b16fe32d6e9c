import { useLingui } from '@lingui/react/macro';
import { userErrorText } from '../i18n/user-error.ts';
import type { Batch } from './batch-sender.ts';

/** How far a batch is, in a sentence or two. */
export function useBatchText({ items, states, phase, problem }: Batch): string {
  const { i18n, t } = useLingui();
  const sent = states.filter(({ kind }) => kind === 'sent').length;
  const refused = states.filter(({ kind }) => kind === 'refused').length;
  const total = items.length;
  const parts = [
    phase === 'sending' ? t`Sending: ${sent} of ${total}.` : t`Sent: ${sent} of ${total}.`,
    refused === 0 ? null : t`Refused: ${refused}.`,
    phase === 'waiting' && problem === null
      ? t`The server does not respond; it is asked again. Nothing is paid twice.`
      : phase === 'waiting'
        ? t`The server takes no more for now; it is asked again.`
        : null,
    phase === 'elsewhere' ? t`Another tab of this browser sends the rest.` : null,
    phase === 'paused' ? t`Interrupted: the rest is not sent.` : null,
    phase === 'stopped' && problem !== null ? userErrorText(i18n, problem) : null,
  ];
  return parts.filter((part) => part !== null).join(' ');
}
