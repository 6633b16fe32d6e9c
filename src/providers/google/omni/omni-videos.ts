import { Readable } from 'node:stream';
import { abandon } from '../../../media/fetch/abandon.ts';
import type { OpenAnswer, ProviderHttp } from '../../http/http.ts';
import type { OpenedVideo, VideoElsewhere } from '../../provider.ts';
import { bytesOfBase64 } from '../base64.ts';
import { unescapedParts } from '../json-escapes.ts';
import { fetchInteraction, interactionUrl } from './fetch-interaction.ts';
import { downloadUrl } from './file-address.ts';
import { readInteraction } from './interaction.ts';
import { contentOfLongString } from './long-strings.ts';

/** A video that was opened, or the public address that the API leads to. */
export type OmniVideoSource = OpenedVideo | VideoElsewhere;

/** More redirects within one origin are a circle. */
const maxRedirects = 5;
/** Headers of a download: an encoded body would be kept encoded. */
const videoHeaders = { accept: 'video/*,*/*;q=0.5', 'accept-encoding': 'identity' };

/** Opens the videos of interactions. The key is sent to the origin of the API alone. */
export class OmniVideos {
  readonly #http: ProviderHttp;
  readonly #baseUrl: string;

  constructor(http: ProviderHttp, baseUrl: string) {
    this.#http = http;
    this.#baseUrl = baseUrl;
  }

  /** @throws an error without the key where the video cannot be had now */
  async open(reference: string, signal: AbortSignal): Promise<OmniVideoSource> {
    const [, kind, name = ''] = /^omni\/(file|inline)\/([\w.-]+)$/.exec(reference) ?? [];
    if (kind === 'inline') return this.#openInline(name, signal);
    if (kind === 'file') return this.#openFile(name, signal);
    throw new Error('the video is at no address that is known here');
  }

  /** The video inside an interaction, decoded as it comes. The closing quote is where it ends. */
  async #openInline(id: string, signal: AbortSignal): Promise<OpenedVideo> {
    const state = readInteraction(await fetchInteraction(this.#http, this.#baseUrl, id, signal), id);
    if (state.kind !== 'completed' || state.video.kind !== 'inline')
      throw new Error('the interaction has no video inside any more');
    const { data, longString } = state.video;
    if (longString === null) return decodedVideo(Readable.from([Buffer.from(data)]));
    const { body } = await this.#http.open(interactionUrl(this.#baseUrl, id), {}, signal);
    const video = decodedVideo(unescapedParts(contentOfLongString(body, longString)));
    video.body.once('close', () => abandon(body));
    return video;
  }

  async #openFile(fileId: string, signal: AbortSignal): Promise<OmniVideoSource> {
    let url = new URL(downloadUrl(this.#baseUrl, fileId));
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const answer = await this.#http.open(url.href, { headers: videoHeaders }, signal);
      const { status, headers, body } = answer;
      if (status === 200) return openedVideo(answer);
      abandon(body);
      const location = headers['location'];
      const next = status >= 300 && status < 400 && location ? URL.parse(location, url.href) : null;
      if (next === null) throw new Error(`the source answered with HTTP status ${status}`);
      // The guard against private addresses is the archive's.
      if (next.origin !== url.origin) return { redirectedTo: next.href };
      url = next;
    }
    throw new Error('the source redirects without end');
  }
}

const decodedVideo = (base64: AsyncIterable<Buffer>): OpenedVideo => ({
  body: Readable.from(bytesOfBase64(base64), { objectMode: false }),
  statesLength: true,
});

const openedVideo = ({ headers, body }: OpenAnswer): OpenedVideo => ({
  body,
  statesLength: headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined,
});
