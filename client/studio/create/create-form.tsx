import { Form } from '@base-ui/react/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { lazy, Suspense, useState } from 'react';
import { BatchStrip } from '../batch/batch-strip.tsx';
import { isTable, readTableFile, type GivenTable } from '../batch/table-file.ts';
import { useImageFiles } from '../batch/use-image-files.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';
import { TextField } from '../ui/text-field.tsx';
import { useToast } from '../ui/toasts.tsx';
import { PresetsMenu } from './again/presets-menu.tsx';
import { PromptHistoryMenu } from './again/prompt-history-menu.tsx';
import { Chips } from './chips.tsx';
import { mostImages, useOfImages } from './fit.ts';
import { CreateHead } from './create-head.tsx';
import { DropAnywhere } from './images/drop-anywhere.tsx';
import { ImageUse } from './images/image-use.tsx';
import { ImagesField } from './images/images-field.tsx';
import { MoreFields } from './more-fields.tsx';
import { PromptDraftButton } from './prompt-draft.tsx';
import { Submit } from './submit.tsx';
import { SentPrompt, UseCaseField } from './use-case-field.tsx';
import { useCreateForm } from './use-create-form.ts';
import { usePromptDraft } from './use-prompt-draft.ts';

/** Few visits need it, and it brings a parser along. */
const TableDialog = lazy(() => import('../batch/table-dialog.tsx'));

/** The form for a new video. */
export function CreateForm() {
  const studio = useStudio();
  const toast = useToast();
  const viewer = useValue(studio.viewer);
  const { t } = useLingui();
  const create = useCreateForm();
  const { maker, draft, images, errors, foreseen, change, changed } = create;
  /** Null while the dialog of the table is closed. */
  const [table, setTable] = useState<{ readonly given: GivenTable | null } | null>(null);
  const tableImages = useImageFiles();
  const promptDraft = usePromptDraft(draft.prompt, (prompt) => change({ prompt }));
  if (maker === null) return <CreateHead />;
  const { model } = maker;
  const count = draft.images.length;
  const use = useOfImages(model, count, draft.imagesAs)?.use ?? null;
  const roleOf = (index: number) => {
    if (use === 'FIRST_FRAME' && index === 0) return t`First frame`;
    if (use !== 'FIRST_AND_LAST_FRAME') return null;
    return index === 0 ? t`First frame` : index === count - 1 ? t`Last frame` : null;
  };
  return (
    <>
      {/* Outside of the form: what is submitted in a dialog must never submit the form. */}
      <CreateHead>
        <button
          type="button"
          className="button button-quiet button-tool"
          onClick={() => setTable({ given: null })}
        >
          <Icon name="table" />
          <Trans>From a table</Trans>
        </button>
        <PresetsMenu draft={draft} onUse={create.replace} />
      </CreateHead>
      <BatchStrip onOpen={() => setTable({ given: null })} />
      {table !== null && (
        <Suspense>
          <TableDialog form={draft} given={table.given} images={tableImages} onClose={() => setTable(null)} />
        </Suspense>
      )}
      <DropAnywhere
        onFiles={(files) => {
          const [file, ...others] = files.filter(isTable);
          const pictures = files.filter((each) => !isTable(each));
          if (file === undefined) {
            changed(images.addFiles)(pictures);
            return;
          }
          void readTableFile(file).then((given) => setTable({ given }));
          // The table names them.
          tableImages.add(pictures);
          if (others.length > 0) toast(t`One table at a time: only ${file.name} was opened.`, 'problem');
        }}
      />
      <Form
        ref={create.form}
        className="create"
        aria-label={t`New video`}
        errors={errors.byField}
        onSubmit={create.onSubmit}
        onKeyDown={create.onKeyDown}
      >
        <div className="create-prompt">
          <TextField
            label={t`What should the video show?`}
            name="prompt"
            id="prompt"
            element={<textarea className="input prompt" rows={3} />}
            value={draft.prompt}
            placeholder={t`A red fox walks through fresh snow, low winter sun`}
            onValueChange={(prompt) => change({ prompt })}
          />
          <div className="prompt-tools">
            <PromptHistoryMenu prompt={draft.prompt} onChoose={(prompt) => change({ prompt })} />
          </div>
          {viewer?.canDraftPrompt === true && (
            <PromptDraftButton
              state={promptDraft.state}
              hasPictures={count > 0 && !create.isUploading}
              onDraft={() => void promptDraft.write(draft)}
              onUse={promptDraft.use}
              onUndo={promptDraft.undo}
            />
          )}
        </div>
        <ImagesField
          images={images.images}
          most={mostImages(model)}
          isRequired={model.requiresImages}
          modelLabel={model.label}
          roleOf={roleOf}
          use={<ImageUse model={model} draft={draft} onChange={change} />}
          leftOut={images.leftOut}
          onAcceptLeftOut={changed(images.acceptLeftOut)}
          address={create.address}
          onAddress={changed(create.setAddress)}
          addressError={errors.ofImage('address')}
          onFiles={changed(images.addFiles)}
          onUrl={changed(images.addUrl)}
          onRemove={changed(images.remove)}
          onMove={changed(images.move)}
          errorAt={(index) => errors.ofImage('referenceImages', index)}
        />
        <div className="pair">
          <UseCaseField value={draft.useCase} onChange={(useCase) => change({ useCase })} />
          <TextField
            label={t`Label`}
            isLabelHidden
            name="label"
            placeholder={t`Label (SKU)`}
            maxLength={200}
            value={draft.label}
            onValueChange={(label) => change({ label })}
          />
        </div>
        {draft.useCase !== null && draft.useCase === foreseen?.useCase && foreseen.estimate.prompt && (
          <SentPrompt prompt={foreseen.estimate.prompt} />
        )}
        <Chips
          providers={create.providers}
          maker={maker}
          prices={create.prices}
          draft={draft}
          errors={errors.ofChips}
          onChange={change}
        />
        <MoreFields model={model} draft={draft} hasError={errors.isInMore} onChange={change} />
        <Submit
          foreseen={foreseen}
          count={draft.count}
          onCount={(next) => change({ count: next })}
          isPending={create.isPending}
          acceptedPrompt={create.acceptedPrompt}
          isUploading={create.isUploading}
          onClick={create.onClick}
          otherErrors={errors.others}
        />
      </Form>
    </>
  );
}
