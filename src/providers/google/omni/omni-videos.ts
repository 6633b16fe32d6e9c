import { abandon } from '../../../media/fetch/abandon.ts';
import type { OpenAnswer, ProviderHttp } from '../../http/http.ts';
import type { OpenedVideo, VideoElsewhere } from '../../provider.ts';
import { downloadUrl } from './file-address.ts';

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
    const fileId = /^omni\/file\/([\w-]+)$/.exec(reference)?.[1];
    if (fileId === undefined) throw new Error('the video is at no address that is known here');
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

const openedVideo = ({ headers, body }: OpenAnswer): OpenedVideo => ({
  body,
  statesLength: headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined,
});
