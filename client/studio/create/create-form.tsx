import { Form } from '@base-ui/react/form';
import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type DragEvent,
  type FormEvent,
  type KeyboardEvent,
} from 'react';
import { userErrorText, type FormError } from '../i18n/user-error.ts';
import { imageUseTexts, useCaseTexts } from '../i18n/texts.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Select } from '../ui/select.tsx';
import { TextField } from '../ui/text-field.tsx';
import { inputOf, keepDraft, readDraft, type Draft } from './draft.ts';
import { makerOf, mostImages, settle, takesImages, useOfImages } from './fit.ts';
import { ImagesField } from './images-field.tsx';
import { MakerFields } from './maker-fields.tsx';
import { filesOfPaste } from './paste.ts';
import { PromptDraftButton } from './prompt-draft.tsx';
import { SettingFields } from './setting-fields.tsx';
import { Submit } from './submit.tsx';
import { useEstimate } from './use-estimate.ts';
import { useGenerate } from './use-generate.ts';
import { useImages } from './use-images.ts';
import { useMissing } from './use-missing.ts';
import { usePromptDraft } from './use-prompt-draft.ts';
import { usePrices } from './use-prices.ts';

const useCases = ['PRODUCT_VIDEO', 'HERO_IMAGE', 'GEMSTONE_CLOSEUP', 'LUXURY_BRAND', 'GENERAL'] as const;

/** The form for a new video. */
export function CreateForm() {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const viewer = useValue(studio.viewer);
  const { i18n, t } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const [stored, setDraft] = useState(readDraft);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [isDropping, setIsDropping] = useState(false);
  const [address, setAddress] = useState('');
  const most = useRef(0);
  const images = useImages(stored, most);
  const { unfinished } = images;
  const draft = settle(providers, { ...stored, images: images.done, unfinished });
  const maker = makerOf(providers, draft);
  most.current = maker === null ? 0 : mostImages(maker.model);
  const prices = usePrices(maker?.provider.name ?? null, { ...stored, images: images.done });
  const input = inputOf(draft);
  const estimate = useEstimate(input, maker !== null);
  const refuse = (refused: readonly FormError[]) => {
    setErrors(refused);
    // After the errors are on the page.
    setTimeout(() => focusOutsideFields(form.current, refused[0]?.field?.[1]));
  };
  const { isPending, acceptedPrompt, press } = useGenerate(refuse);
  const text = JSON.stringify(draft);
  useEffect(() => keepDraft(JSON.parse(text) as Draft), [text]);
  const { addFiles } = images;
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      addFiles(filesOfPaste(event));
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, [addFiles]);

  const change = (part: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...part }));
    setErrors([]);
  };
  /** Wraps a handler so that it also clears the errors: the change may have fixed them. */
  const changed =
    <Arguments extends unknown[]>(act: (...args: Arguments) => void) =>
    (...args: Arguments) => {
      act(...args);
      setErrors([]);
    };
  const promptDraft = usePromptDraft(draft.prompt, (prompt) => change({ prompt }));
  const imageErrorOf = (field: 'referenceImages' | 'address', index: number | null = null) => {
    const found = errors.find(
      ({ field: path }) => path?.[1] === field && (path[2] ?? null) === (index?.toString() ?? null),
    );
    return found === undefined ? undefined : userErrorText(i18n, found);
  };
  const fieldErrors = useMemo(() => errorsByField(i18n, errors), [i18n, errors]);
  const isUploading = images.images.some(({ state }) => state.kind === 'uploading');
  const missing = useMissing();
  /** Click count of the submit button, as its click event before a submit has it. */
  const clicks = useRef(0);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const clickCount = clicks.current;
    clicks.current = 0;
    if (isUploading || maker === null) return;
    const { requiresImages } = maker.model;
    const error = missing({ input, images: images.images, leftOut: images.leftOut, address, requiresImages });
    if (error === null) void press(input, clickCount);
    else refuse([error]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    clicks.current = 0;
    form.current?.requestSubmit();
  };
  const drag = (event: DragEvent, isOver: boolean) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setIsDropping(isOver);
  };
  const drop = (event: DragEvent) => {
    drag(event, false);
    addFiles([...event.dataTransfer.files]);
  };
  if (maker === null) return <div className="create create-empty" aria-busy="true" />;
  const { model } = maker;
  const count = draft.images.length;
  return (
    <Form
      ref={form}
      className="create"
      aria-label={t`New video`}
      errors={fieldErrors}
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={drop}
    >
      <TextField
        label={t`What should the video show?`}
        name="prompt"
        id="prompt"
        element={<textarea className="input prompt" rows={4} />}
        value={draft.prompt}
        placeholder={t`A red fox walks through fresh snow, low winter sun`}
        onValueChange={(prompt) => change({ prompt })}
      />
      {viewer?.canDraftPrompt === true && (
        <PromptDraftButton
          state={promptDraft.state}
          hasPictures={count > 0 && !isUploading}
          onDraft={() => void promptDraft.write(draft)}
          onUse={promptDraft.use}
          onUndo={promptDraft.undo}
        />
      )}
      <ImagesField
        images={images.images}
        most={mostImages(model)}
        isRequired={model.requiresImages}
        modelLabel={model.label}
        isDropping={isDropping}
        leftOut={images.leftOut}
        onAcceptLeftOut={changed(images.acceptLeftOut)}
        address={address}
        onAddress={changed(setAddress)}
        addressError={imageErrorOf('address')}
        onFiles={changed(addFiles)}
        onUrl={changed(images.addUrl)}
        onRemove={changed(images.remove)}
        errorAt={(index) => imageErrorOf('referenceImages', index)}
      />
      {count > 0 && (
        <Select
          label={t`How to use the images`}
          name="imagesAs"
          value={draft.imagesAs}
          onChange={(imagesAs) => change({ imagesAs })}
          options={(['AUTO', 'REFERENCE', 'FIRST_FRAME', 'FIRST_AND_LAST_FRAME'] as const).map((value) => ({
            value,
            label: i18n.t(imageUseTexts[value]),
            reason:
              useOfImages(model, count, value) === null
                ? t`Not available with this number of images or with this model.`
                : null,
          }))}
        />
      )}
      <Select
        label={t`Use case`}
        name="useCase"
        value={draft.useCase}
        onChange={(useCase) => change({ useCase })}
        options={[
          { value: null, label: t`None: use only my prompt` },
          ...useCases.map((value) => ({ value, label: i18n.t(useCaseTexts[value]) })),
        ]}
      />
      <MakerFields
        providers={providers}
        maker={maker}
        prices={prices}
        canTake={(candidate) => takesImages(candidate, count)}
        onChange={change}
      />
      <SettingFields key={model.id} model={model} draft={draft} onChange={change} />
      <TextField
        label={t`Label`}
        note={t`for yourself, such as a SKU`}
        name="label"
        maxLength={200}
        value={draft.label}
        onValueChange={(label) => change({ label })}
      />
      <Submit
        estimate={estimate}
        isPending={isPending}
        acceptedPrompt={acceptedPrompt}
        isUploading={isUploading}
        onClick={(detail) => {
          clicks.current = detail;
        }}
        otherErrors={errors
          .filter(({ field }) => !shownAtField(field))
          .map((error) => userErrorText(i18n, error))}
      />
    </Form>
  );
}

const errorsByField = (i18n: I18n, errors: readonly FormError[]): Record<string, string> =>
  Object.fromEntries(
    errors.flatMap((error) => {
      const name = error.field?.[1] ?? '';
      return namedFields.includes(name) ? [[name, userErrorText(i18n, error)]] : [];
    }),
  );

/** Fields that show their own error, and take the focus by `Form` when they have one. */
const namedFields = [
  'prompt',
  'useCase',
  'negativePrompt',
  'audio',
  'provider',
  'model',
  'aspectRatio',
  'durationSeconds',
  'resolution',
  'label',
];
const shownAtField = (field: readonly string[] | null) =>
  [...namedFields, 'referenceImages', 'address'].includes(field?.[1] ?? '');

/** Focuses what belongs to an error that is not of a named field: an image, its address, or the submit button. */
function focusOutsideFields(form: HTMLFormElement | null, field: string | undefined): void {
  if (field !== undefined && namedFields.includes(field)) return;
  const group = form?.querySelector(`[data-field="${field ?? 'submit'}"]`);
  const target =
    group?.querySelector('[data-state="failed"] button, .images-left-out button') ??
    group?.querySelector('input:not([hidden]), button');
  if (target instanceof HTMLElement) target.focus();
}
