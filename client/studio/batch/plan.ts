import { isImageUrl } from '../../table/cells.ts';
import type { TableRow } from '../../table/read-rows.ts';
import type { Model, Provider } from '../api/queries.ts';
import { inputOf, type Draft, type DraftImage, type GenerateInput } from '../create/draft.ts';
import { settle } from '../create/fit.ts';

/** Images that were added to the table, by the lower-case names of their files. */
export type ImageFiles = ReadonlyMap<string, DraftImage>;

/** A row as it would be sent. */
export interface PlannedRow {
  readonly row: TableRow;
  readonly input: GenerateInput;
  readonly count: number;
  /** Files that the row names and nobody has added. */
  readonly missingFiles: readonly string[];
  /** True if it says nothing about the video. */
  readonly isEmpty: boolean;
}

/**
 * The input of a row: its own values, and those of the form where it leaves them open. Settings of the form that the
 * row's model cannot do give way, those of the row never do: the server refuses them before anything is sent.
 */
export function planRow(
  row: TableRow,
  form: Draft,
  providers: readonly Provider[],
  files: ImageFiles,
): PlannedRow {
  const named = row.images?.map((image) =>
    isImageUrl(image) ? { url: image, uploadId: null } : (files.get(image.toLowerCase()) ?? image),
  );
  const images = named?.filter((image) => typeof image !== 'string') ?? form.images;
  const missingFiles = named?.filter((image) => typeof image === 'string') ?? [];
  const maker = row.model === undefined ? null : findModel(row.model, form, providers);
  // The values were read as names of the enums; the server refuses those of a newer version of the table.
  const own = {
    ...(row.aspectRatio !== undefined && { aspectRatio: row.aspectRatio as Draft['aspectRatio'] }),
    ...(row.resolution !== undefined && { resolution: row.resolution as Draft['resolution'] }),
    ...(row.durationSeconds !== undefined && { durationSeconds: row.durationSeconds }),
    ...(row.audio !== undefined && { audio: row.audio }),
    ...(row.negativePrompt !== undefined && { negativePrompt: row.negativePrompt }),
  };
  const draft = settle(providers, {
    ...form,
    ...own,
    prompt: row.prompt ?? form.prompt,
    label: row.label ?? '',
    useCase: (row.useCase ?? form.useCase) as Draft['useCase'],
    images,
    ...maker,
  });
  const input = {
    ...inputOf(draft),
    ...own,
    ...(row.seed !== undefined && { seed: row.seed }),
    // A model that is not listed here is the server's to judge.
    ...(row.model !== undefined && maker === null && { model: row.model }),
  };
  const isEmpty = input.prompt === undefined && !input.useCase;
  return { row, input, count: row.count ?? 1, missingFiles, isEmpty };
}

/** The model of an id or a label, of the form's provider if that has it. */
function findModel(
  name: string,
  form: Draft,
  providers: readonly Provider[],
): { readonly provider: Provider['name']; readonly model: string } | null {
  const wanted = name.toLowerCase();
  const matches = ({ id, label }: Model) => id.toLowerCase() === wanted || label.toLowerCase() === wanted;
  const usable = providers.filter(({ configured }) => configured);
  const preferred = usable.toSorted(
    (a, b) => Number(b.name === form.provider) - Number(a.name === form.provider),
  );
  for (const { name: provider, models } of preferred) {
    const model = models.find(matches);
    if (model !== undefined) return { provider, model: model.id };
  }
  return null;
}
