import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { day, duration, money, size } from './format.ts';
import { aspectTexts, imageUseTexts, providerTexts, resolutionTexts, useCaseTexts } from './texts.ts';

/** Fields of the input, as a sentence names them. */
const fieldTexts: Readonly<Record<string, MessageDescriptor>> = {
  prompt: msg`prompt`,
  negativePrompt: msg`negative prompt`,
  label: msg`label`,
  group: msg`group`,
  notes: msg`notes`,
  referenceImages: msg`images`,
  imagesAs: msg`use of images`,
  audio: msg`sound`,
  aspectRatio: msg`aspect ratio`,
  durationSeconds: msg`length`,
  resolution: msg`resolution`,
  seed: msg`seed`,
};

const words: Readonly<Record<string, MessageDescriptor>> = {
  ...fieldTexts,
  ...aspectTexts,
  ...resolutionTexts,
  ...imageUseTexts,
  ...useCaseTexts,
  ...providerTexts,
};

/** The parameters of a refusal, each as a person reads it: '' for one that there is not. */
export class RefusalValues {
  readonly #i18n: I18n;
  readonly #params: Readonly<Record<string, unknown>>;

  constructor(i18n: I18n, params: unknown) {
    this.#i18n = i18n;
    this.#params =
      typeof params === 'object' && params !== null ? (params as Readonly<Record<string, unknown>>) : {};
  }

  has(name: string): boolean {
    return this.text(name) !== '';
  }

  /** As it was sent: names of models and options, ids. */
  text(name: string): string {
    const value = this.#params[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  }

  /** With each value, field and provider of the API under its name in the studio. */
  words(name: string): string {
    return this.text(name)
      .replaceAll(/(\d+) to (\d+)/g, '$1–$2')
      .replaceAll(/\w+/g, (word) => {
        const known = words[word];
        return known === undefined ? word : this.#i18n.t(known);
      });
  }

  number(name: string): string {
    return this.#i18n.number(Number(this.text(name)));
  }

  /** Numbers of seconds, one or several: the last one has the unit. */
  seconds(name: string): string {
    const values = this.text(name).split(', ');
    const last = duration(this.#i18n, Number(values.at(-1)));
    return [...values.slice(0, -1).map((value) => this.#i18n.number(Number(value))), last].join(', ');
  }

  /** A number of bytes. */
  size(name: string): string {
    return size(this.#i18n, Number(this.text(name)));
  }

  /** An amount in USD. */
  money(name: string): string {
    return money(this.#i18n, Number(this.text(name)));
  }

  /** A day, sent as YYYY-MM-DD. */
  day(name: string): string {
    return day(this.#i18n, this.text(name).slice(0, 10));
  }
}
