import type { Exchange } from '../http/route.ts';
import { pageLanguageOf, respondHtml } from './html-page.ts';

const texts = {
  en: {
    title: 'Not found',
    text: 'There is nothing at this address. The video may have been deleted.',
    home: 'Open Reelay',
  },
  ru: {
    title: 'Не найдено',
    text: 'По этому адресу ничего нет. Возможно, видео удалено.',
    home: 'Открыть Reelay',
  },
} as const;

/**
 * Answers a browser about an address that leads nowhere.
 *
 * @param studioPath where the page links to; null where those who read it may not open the studio
 */
export const notFoundPage =
  (studioPath: string | null) =>
  ({ request, response }: Exchange): void => {
    const language = pageLanguageOf(request);
    const { title, text, home } = texts[language];
    const link = studioPath === null ? '' : `<a href="${studioPath}">${home}</a>`;
    respondHtml(response, 404, {
      language,
      title: `${title} · Reelay`,
      isCentered: true,
      body: `<h1>${title}</h1>
      <p>${text}</p>
      ${link}`,
    });
  };
