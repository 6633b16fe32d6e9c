import { useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import type { FormError } from '../i18n/user-error.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { rememberPrompt } from './again/prompt-history.ts';
import { inputOf, keepDraft, readDraft, type Draft } from './draft.ts';
import { showForm } from './fill.ts';
import { makerOf, mostImages, settle } from './fit.ts';
import { errorsOf, focusError } from './form-errors.ts';
import { useImages } from './images/use-images.ts';
import { useEstimate } from './use-estimate.ts';
import { useGenerate } from './use-generate.ts';
import { useMissing } from './use-missing.ts';
import { usePrices } from './use-prices.ts';

/** The state of the form: its draft as the model can make it, its images, its errors, and what it costs. */
export function useCreateForm() {
  const studio = useStudio();
  const providers = useValue(studio.providers);
  const { i18n } = useLingui();
  const form = useRef<HTMLFormElement>(null);
  const [stored, setDraft] = useState(readDraft);
  const [errors, setErrors] = useState<readonly FormError[]>([]);
  const [address, setAddress] = useState('');
  const most = useRef(0);
  const images = useImages(stored, most);
  const draft = settle(providers, { ...stored, images: images.done, unfinished: images.unfinished });
  const maker = makerOf(providers, draft);
  most.current = maker === null ? 0 : mostImages(maker.model);
  const prices = usePrices(maker?.provider.name ?? null, { ...stored, images: images.done });
  const input = inputOf(draft);
  const foreseen = useEstimate(input, maker !== null);
  const refuse = (refused: readonly FormError[]) => {
    setErrors(refused);
    // After the errors are on the page.
    setTimeout(() => focusError(form.current, refused[0]?.field?.[1]));
  };
  const { isPending, acceptedPrompt, press } = useGenerate(refuse);
  const text = JSON.stringify(draft);
  useEffect(() => keepDraft(JSON.parse(text) as Draft), [text]);

  const change = (part: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...part }));
    setErrors([]);
  };
  /** The same for settings from elsewhere. The text that they replace is among the earlier prompts. */
  const replace = (part: Partial<Draft>) => {
    rememberPrompt(draft.prompt);
    change(part);
  };
  /** Wraps a handler so that it also clears the errors: the change may have fixed them. */
  const changed =
    <Arguments extends unknown[]>(act: (...args: Arguments) => void) =>
    (...args: Arguments) => {
      act(...args);
      setErrors([]);
    };

  const fill = useValue(studio.fill);
  useEffect(() => {
    if (fill === null) return;
    studio.fill.set(null);
    replace(fill.draft);
    if (fill.images !== null) images.replace(fill.images);
    setTimeout(showForm);
  });

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
    const { images: shown, leftOut } = images;
    const error = missing({ draft, input, images: shown, leftOut, address, requiresImages });
    if (error === null) void press(input, draft.count, clickCount);
    else refuse([error]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
    event.preventDefault();
    clicks.current = 0;
    form.current?.requestSubmit();
  };
  return {
    form,
    providers,
    maker,
    draft,
    prices,
    foreseen,
    images,
    address,
    setAddress,
    errors: useMemo(() => errorsOf(i18n, errors), [i18n, errors]),
    change,
    replace,
    changed,
    isPending,
    isUploading,
    acceptedPrompt,
    onSubmit,
    onKeyDown,
    onClick: (detail: number) => {
      clicks.current = detail;
    },
  };
}
