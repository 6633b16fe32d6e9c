import type { ServerResponse } from 'node:http';
import { readBody, readJsonObject, sendJson } from './http/respond.ts';
import { parseSwitches } from './switches.ts';
import type { Asked, World } from './world.ts';

/**
 * Answers the routes that Kie does not have: `GET /_simulator/stats`, `POST /_simulator/outage {"ms":N}` (0 ends it)
 * and `POST /_simulator/behaviours ["name=value",…]`, which replaces the process-wide switches.
 */
export async function answerControl(world: World, asked: Asked, response: ServerResponse): Promise<void> {
  const { request, url } = asked;
  // These routes need no key, so other sites' pages must not reach them.
  if (request.headers.origin !== undefined) return sendJson(response, { error: 'not for browsers' }, 403);
  const route = `${request.method} ${url.pathname}`;
  if (route === 'GET /_simulator/stats') return sendJson(response, world.ledger.snapshot());
  if (route === 'POST /_simulator/outage') {
    const ms = (await readJsonObject(request))?.['ms'];
    if (typeof ms !== 'number') return sendJson(response, { error: 'expected {"ms":N}' }, 400);
    world.outageUntil = world.now() + ms;
    return sendJson(response, { outageUntil: world.outageUntil });
  }
  if (route === 'POST /_simulator/behaviours') {
    const parsed = parseSwitches(await readList(asked));
    if (parsed.kind === 'refused') return sendJson(response, { error: parsed.why }, 400);
    world.behaviours = parsed.behaviours;
    return sendJson(response, { behaviours: Object.fromEntries(parsed.behaviours) });
  }
  sendJson(response, { error: 'no such control' }, 404);
}

/** A JSON list of strings; anything else becomes a switch that does not exist. */
async function readList({ request }: Asked): Promise<readonly string[]> {
  const text = (await readBody(request, 65_536))?.toString('utf8') ?? '';
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [text];
  } catch {
    return [text];
  }
}
