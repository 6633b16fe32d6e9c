import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type DragEvent, type FormEvent, type KeyboardEvent } from 'react';
import { userErrorText, type FormError } from '../i18n/user-error.ts';
import { aspectWords, imageUseWords, resolutionWords, useCaseWords } from '../i18n/words.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Choice } from '../ui/choice.tsx';
import { Select } from '../ui/select.tsx';
import { AspectPicture } from './aspect-picture.tsx';
import { inputOf, keepDraft, readDraft, type Draft } from './draft.ts';
import { durationsOf, makerOf, mostImages, settle, takesImages, useOfImages } from './fit.ts';
import { ImagesField } from './images-field.tsx';
import { MakerFields } from './maker-fields.tsx';
import { filesOfPaste } from './paste.ts';
import { Submit } from './submit.tsx';
import { useEstimate } from './use-estimate.ts';
import { useGenerate } from './use-generate.ts';
import { useImages } from './use-images.ts';
import { useMissing } from './use-missing.ts';

const aspects = ['LANDSCAPE_16_9', 'PORTRAIT_9_16', 'SQUARE_1_1', 'AUTO'] as const;
const resolutions = ['P720', 'P1080', 'P2160'] as const;
const useCases = ['PRODUCT_VIDEO', 'HERO_IMAGE', 'GEMSTONE_CLOSEUP', 'LUXURY_BRAND', 'GENERAL'] as const;

/** What the video shows and how it is made. */
export function CreateForm() {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const { i18n, t } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const [stored, setDraft] = useState(readDraft);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [isDropping, setIsDropping] = useState(false);
  const [address, setAddress] = useState('');
  const images = useImages(stored);
  const { unfinished } = images;
  const draft = settle(providers, { ...stored, images: images.done, unfinished });
  const maker = makerOf(providers, draft);
  const input = inputOf(draft);
  const estimate = useEstimate(input, maker !== null);
  const refuse = (refused: readonly FormError[]) => {
    setErrors(refused);
    // After the texts are on the page.
    setTimeout(() => focusOn(form.current, refused[0]?.field?.[1]));
  };
  const { isPending, taken, press } = useGenerate(refuse);
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
  /** What was wrong may be right after a change. */
  const changed =
    <Arguments extends unknown[]>(act: (...args: Arguments) => void) =>
    (...args: Arguments) => {
      act(...args);
      setErrors([]);
    };
  const errorOf = (field: string, index: number | null = null) => {
    const found = errors.find(
      ({ field: path }) => path?.[1] === field && (path[2] ?? null) === (index?.toString() ?? null),
    );
    return found === undefined ? undefined : userErrorText(i18n, found);
  };
  const isUploading = images.images.some(({ state }) => state.kind === 'uploading');
  const missing = useMissing();
  /** Of the button, as the click event before a submit counts them. */
  const clicks = useRef(0);
  const send = (clickCount: number) => {
    if (isUploading || maker === null) return;
    const error = missing({ input, images: images.images, leftOut: images.leftOut, address });
    if (error === null) void press(input, clickCount);
    else refuse([error]);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send(clicks.current);
    clicks.current = 0;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    send(0);
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
  const durations = durationsOf(model, draft);
  const count = draft.images.length;
  const promptError = errorOf('prompt');
  return (
    <form
      ref={form}
      className="create"
      aria-label={t`New video`}
      onSubmit={onSubmit}
      onKeyDown={onKeyDown}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={drop}
    >
      <div className="field" data-field="prompt">
        <label className="label" htmlFor="prompt">
          <Trans>What does the video show?</Trans>
        </label>
        <textarea
          id="prompt"
          className="input prompt"
          rows={4}
          value={draft.prompt}
          placeholder={t`A red fox walks through fresh snow, low winter sun`}
          aria-invalid={promptError !== undefined}
          aria-describedby={promptError === undefined ? undefined : 'prompt-error'}
          onChange={({ currentTarget }) => change({ prompt: currentTarget.value })}
        />
        {promptError !== undefined && (
          <p className="error" id="prompt-error">
            {promptError}
          </p>
        )}
      </div>
      <ImagesField
        images={images.images}
        most={mostImages(model)}
        modelLabel={model.label}
        isDropping={isDropping}
        leftOut={images.leftOut}
        onAcceptLeftOut={changed(images.acceptLeftOut)}
        address={address}
        onAddress={changed(setAddress)}
        addressError={errorOf('address')}
        onFiles={addFiles}
        onUrl={images.addUrl}
        onRemove={changed(images.remove)}
        errorAt={(index) => errorOf('referenceImages', index)}
      />
      {count > 0 && (
        <Select
          label={t`Use the images`}
          name="imagesAs"
          value={draft.imagesAs}
          onChange={(imagesAs) => change({ imagesAs })}
          options={(['AUTO', 'REFERENCE', 'FIRST_FRAME', 'FIRST_AND_LAST_FRAME'] as const).map((value) => ({
            value,
            label: i18n.t(imageUseWords[value]),
            reason:
              useOfImages(model, count, value) === null
                ? t`Not with ${count} of them, or not with this model.`
                : null,
          }))}
        />
      )}
      <Select
        label={t`What is it for?`}
        name="useCase"
        value={draft.useCase}
        onChange={(useCase) => change({ useCase })}
        options={[
          { value: null, label: t`None: only my words` },
          ...useCases.map((value) => ({ value, label: i18n.t(useCaseWords[value]) })),
        ]}
      />
      <MakerFields
        providers={providers}
        maker={maker}
        canTake={(candidate) => takesImages(candidate, count)}
        onChange={change}
        errorOf={errorOf}
      />
      <Choice
        label={t`Aspect ratio`}
        name="aspectRatio"
        value={draft.aspectRatio}
        onChange={(aspectRatio) => change({ aspectRatio })}
        error={errorOf('aspectRatio')}
        options={aspects.map((value) => ({
          value,
          label: i18n.t(aspectWords[value]),
          picture: <AspectPicture ratio={value} />,
          reason: model.aspectRatios.includes(value)
            ? null
            : t`${i18n.t(aspectWords[value])}: not with ${model.label}.`,
        }))}
      />
      <div className="pair">
        <Choice
          label={t`Duration`}
          name="durationSeconds"
          value={draft.durationSeconds ?? model.defaultDuration}
          onChange={(durationSeconds) => change({ durationSeconds })}
          error={errorOf('durationSeconds')}
          options={model.durations.map((value) => ({
            value,
            label: t`${value} s`,
            reason: durations.includes(value)
              ? null
              : t`With images used so, only ${durations.join(', ')} s.`,
          }))}
        />
        <Choice
          label={t`Resolution`}
          name="resolution"
          value={draft.resolution ?? model.defaultResolution}
          onChange={(resolution) => change({ resolution })}
          error={errorOf('resolution')}
          options={resolutions.map((value) => ({
            value,
            label: i18n.t(resolutionWords[value]),
            reason: model.resolutions.includes(value)
              ? null
              : t`${i18n.t(resolutionWords[value])}: not with ${model.label}.`,
          }))}
        />
      </div>
      <div className="field" data-field="label">
        <label className="label" htmlFor="label">
          <Trans>Label</Trans>
          <span className="label-note">
            <Trans>for yourself, such as a SKU</Trans>
          </span>
        </label>
        <input
          id="label"
          className="input"
          maxLength={200}
          value={draft.label}
          onChange={({ currentTarget }) => change({ label: currentTarget.value })}
        />
      </div>
      <Submit
        estimate={estimate}
        isPending={isPending}
        taken={taken}
        isUploading={isUploading}
        onClick={(detail) => {
          clicks.current = detail;
        }}
        otherErrors={errors
          .filter(({ field }) => !shownAtField(field))
          .map((error) => userErrorText(i18n, error))}
      />
    </form>
  );
}

const fieldsOfForm = [
  'prompt',
  'referenceImages',
  'address',
  'provider',
  'model',
  'aspectRatio',
  'durationSeconds',
  'resolution',
];
const shownAtField = (field: readonly string[] | null) => fieldsOfForm.includes(field?.[1] ?? '');

/** Puts the cursor where the first error is. */
function focusOn(form: HTMLFormElement | null, field: string | undefined): void {
  const place = form?.querySelector(`[data-field="${field ?? 'submit'}"]`);
  const target = place?.matches('button')
    ? place
    : (place?.querySelector('[data-state="failed"] button, .images-left-out button') ??
      place?.querySelector('textarea, input:not([hidden]), button'));
  if (target instanceof HTMLElement) target.focus();
}
