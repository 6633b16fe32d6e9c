import type { VideoTask } from '../../domain/video-task.ts';
import { placeholderOf, placeholderPictureOf } from '../../media/placeholders.ts';
import { titleOf } from '../../media/video-name.ts';
import type { MediaRecords } from '../../store/media-records.ts';
import type { Exchange } from '../http/route.ts';
import { escapeHtml, pageLanguageOf, respondHtml } from './html-page.ts';

/** Previews show about as much. */
const maxTitleLength = 200;

const downloadText = { en: 'Download', ru: 'Скачать' } as const;

/** Dependencies of the page. */
export interface SharePageOptions {
  readonly media: Pick<MediaRecords, 'tasksOf'>;
  /** The absolute address of a file; called for each page, never before the server listens. */
  readonly mediaUrl: (key: string) => string;
  readonly shareUrl: (key: string) => string;
  /** Answers about a video that is not there. */
  readonly respondNotFound: (exchange: Exchange) => void;
}

/**
 * `/v/{media key}`: a finished video as a page with a preview card for messengers. The key is the permission, as for the
 * file; an unknown key and a deleted video are one 404.
 */
export class SharePage {
  readonly #options: SharePageOptions;

  constructor(options: SharePageOptions) {
    this.#options = options;
  }

  async respond(exchange: Exchange): Promise<void> {
    const { request, response, rest: key } = exchange;
    const [task] = await this.#options.media.tasksOf([key]);
    const video = task?.result.video ?? null;
    if (task === undefined || video?.mediaKey !== key || video.removedAt !== undefined) {
      this.#options.respondNotFound(exchange);
      return;
    }
    const { mediaUrl } = this.#options;
    const language = pageLanguageOf(request);
    const title = escapeHtml(Array.from(titleOf(task).trim()).slice(0, maxTitleLength).join(''));
    const videoUrl = escapeHtml(mediaUrl(key));
    const posterUrl = escapeHtml(mediaUrl(video.poster?.mediaKey ?? placeholderOf(video)));
    respondHtml(response, 200, {
      language,
      title,
      mediaOrigin: new URL(mediaUrl(key)).origin,
      head: this.#card(task, key, {
        title,
        videoUrl,
        // Messengers show no SVG.
        pictureUrl: video.poster ? posterUrl : escapeHtml(mediaUrl(placeholderPictureOf(video))),
      }),
      body: `<h1>${title}</h1>
      <video controls playsinline preload="metadata" poster="${posterUrl}" src="${videoUrl}"></video>
      <a href="${videoUrl}?download" download>${downloadText[language]}</a>`,
    });
  }

  /** Open Graph and Twitter tags: their links are absolute. */
  #card(
    { result: { video } }: VideoTask,
    key: string,
    { title, videoUrl, pictureUrl }: Readonly<Record<'title' | 'videoUrl' | 'pictureUrl', string>>,
  ): string {
    const tags: [name: string, content: string | number | null | undefined][] = [
      ['og:type', 'video.other'],
      ['og:title', title],
      ['og:url', escapeHtml(this.#options.shareUrl(key))],
      ['og:image', pictureUrl],
      ['og:video', videoUrl],
      ['og:video:type', video?.contentType],
      ['og:video:width', video?.width],
      ['og:video:height', video?.height],
      ['twitter:card', 'summary_large_image'],
      ['twitter:title', title],
      ['twitter:image', pictureUrl],
    ];
    return tags
      .filter(([, content]) => content !== null && content !== undefined)
      .map(
        ([name, content]) =>
          `<meta ${name.startsWith('og:') ? 'property' : 'name'}="${name}" content="${content}" />`,
      )
      .join('\n    ');
  }
}
