import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Column } from '../../table/columns.ts';
import type { TableResult } from '../../table/read-table.ts';

/** Names of the columns. */
export const columnTexts: Readonly<Record<Column, MessageDescriptor>> = {
  label: msg`SKU`,
  prompt: msg`Prompt`,
  images: msg`Image`,
  useCase: msg`Use case`,
  model: msg`Model`,
  aspectRatio: msg`Aspect ratio`,
  durationSeconds: msg`Duration`,
  resolution: msg`Resolution`,
  audio: msg`Sound`,
  negativePrompt: msg`Negative prompt`,
  seed: msg`Seed`,
  count: msg`Variants`,
};

/** Reasons why a table cannot be read. */
export const unreadableTexts: Readonly<
  Record<Extract<TableResult, { kind: 'unreadable' }>['reason'], MessageDescriptor>
> = {
  empty: msg`The table has no rows.`,
  tooMany: msg`No more than 1,000 rows can be sent at once. Split the table.`,
  noPrompt: msg`The table needs a column “prompt”, “image” or “use case”.`,
  openQuote: msg`A quotation mark is not closed.`,
};
