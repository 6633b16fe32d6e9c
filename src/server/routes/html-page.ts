import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const style = `
  :root {
    color-scheme: light dark;
    font: 1rem/1.5 system-ui, sans-serif;
    background: light-dark(#f6f6f9, #0f0f14);
    color: light-dark(#17171f, #ececf2);
  }
  body { margin: 0 auto; padding: clamp(1rem, 5vh, 3rem) 1rem; max-width: 60rem }
  main { display: grid; gap: 1rem; justify-items: start }
  main[data-centered] { min-height: 70vh; align-content: center; justify-items: center; text-align: center }
  h1 { margin: 0; font-size: 1.25rem; line-height: 1.35; overflow-wrap: anywhere }
  p { margin: 0 }
  video { width: 100%; max-height: 80vh; border-radius: 14px; background: #000 }
  a {
    padding: 0.55rem 1.1rem;
    border-radius: 9px;
    background: light-dark(#5046e4, #8f88ff);
    color: light-dark(#fff, #12111f);
    font-weight: 600;
    text-decoration: none;
  }
  a:focus-visible { outline: 2px solid light-dark(#5046e4, #8f88ff); outline-offset: 2px }
`;
const styleHash = createHash('sha256').update(style).digest('base64');

/** Languages of the pages that need no script. */
export type PageLanguage = 'en' | 'ru';

/** The language of a page for a caller: Russian where a browser names it first. */
export const pageLanguageOf = ({ headers }: IncomingMessage): PageLanguage =>
  /^\s*ru\b/i.test(headers['accept-language'] ?? '') ? 'ru' : 'en';

/** The parts of a page, as HTML: texts of callers are escaped by `escapeHtml`. */
export interface HtmlPage {
  readonly language: PageLanguage;
  readonly title: string;
  readonly head?: string;
  readonly body: string;
  /** True for a few words in the middle of the page. */
  readonly isCentered?: boolean;
  /** The origin of pictures and videos; without it there are none. */
  readonly mediaOrigin?: string;
}

/** Answers a page of its own, without scripts. */
export function respondHtml(
  response: ServerResponse,
  status: number,
  { language, title, head = '', body, isCentered = false, mediaOrigin }: HtmlPage,
): void {
  const media = mediaOrigin === undefined ? '' : `; media-src ${mediaOrigin}; img-src ${mediaOrigin}`;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy':
      `default-src 'none'; style-src 'sha256-${styleHash}'${media}; form-action 'none'; ` +
      `frame-ancestors 'none'; base-uri 'none'`,
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    vary: 'accept-language',
  });
  response.end(
    `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title}</title>
    ${head}
    <style>${style}</style>
  </head>
  <body>
    <main${isCentered ? ' data-centered' : ''}>
      ${body}
    </main>
  </body>
</html>
`,
  );
}

/** A text as HTML shows it, in attributes too. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
