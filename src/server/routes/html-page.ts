import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { margin: 0 auto; padding: 1rem; max-width: 60rem }
  main { display: grid; gap: 1rem; justify-items: start }
  h1 { margin: 0; font-size: 1.25rem; overflow-wrap: anywhere }
  video { width: 100%; max-height: 80vh; background: #000 }
  p { margin: 0 }
  a { color: light-dark(#5046e4, #8f88ff) }
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
  /** The origin of pictures and videos; without it there are none. */
  readonly mediaOrigin?: string;
}

/** Answers a page of its own, without scripts. */
export function respondHtml(
  response: ServerResponse,
  status: number,
  { language, title, head = '', body, mediaOrigin }: HtmlPage,
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
    <main>
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
