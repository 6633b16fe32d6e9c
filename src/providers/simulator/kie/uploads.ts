import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendJson, readBody, readJsonObject } from '../http/respond.ts';
import { exchange } from '../http/outgoing.ts';
import { type KieWorld } from './account-state.ts';
import type { Asked } from '../world.ts';

// Kie docs, 2026-06: 100 MB and 30 s for what is fetched from a URL.
const maxBytes = 100 * 1024 * 1024;
const fetchTimeoutMs = 30_000;
// A simulator built into a long-lived server must not grow for ever; Kie removes uploads after 3 days.
const keptBytes = 256 * 1024 * 1024;

type Picked = {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly path: unknown;
  readonly name: unknown;
};

/** Answers `POST /api/file-stream-upload`: multipart with `file`, `uploadPath`, `fileName`. */
export async function answerStreamUpload(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const type = asked.request.headers['content-type'] ?? '';
  const body = await readBody(asked.request, maxBytes);
  const form =
    body &&
    (await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
      .formData()
      .catch(() => undefined));
  const file = form?.get('file');
  if (!form || !(file instanceof File)) return refuse(response, 'Missing required parameter: file');
  store(world, response, {
    bytes: new Uint8Array(await file.arrayBuffer()),
    type: file.type,
    path: form.get('uploadPath'),
    name: form.get('fileName'),
  });
}

/** Answers `POST /api/file-base64-upload`: raw base64 or a data URL. */
export async function answerBase64Upload(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const body = (await readJsonObject(asked.request, maxBytes)) ?? {};
  const data = body['base64Data'];
  if (typeof data !== 'string') return refuse(response, 'Missing required parameter: base64Data');
  const [, type = 'image/png', base64 = ''] = /^(?:data:([^;,]*);base64,)?(.*)$/s.exec(data) ?? [];
  store(world, response, {
    bytes: Buffer.from(base64, 'base64'),
    type,
    path: body['uploadPath'],
    name: body['fileName'],
  });
}

/** Answers `POST /api/file-url-upload`: fetches the file itself. */
export async function answerUrlUpload(
  world: KieWorld,
  asked: Asked,
  response: ServerResponse,
): Promise<void> {
  const body = (await readJsonObject(asked.request)) ?? {};
  const url = body['fileUrl'];
  if (typeof url !== 'string' || !URL.canParse(url))
    return refuse(response, 'Missing required parameter: fileUrl');
  const signal = AbortSignal.any([world.signal, AbortSignal.timeout(fetchTimeoutMs)]);
  try {
    const { status, type, bytes } = await exchange(url, { method: 'GET', headers: {}, maxBytes, signal });
    if (status !== 200) return refuse(response, 'Failed to download file from URL');
    store(world, response, { bytes, type: type ?? '', path: body['uploadPath'], name: body['fileName'] });
  } catch {
    // Unreachable, too slow, or we are being disposed: the caller hears the same.
    refuse(response, 'Failed to download file from URL');
  }
}

/** Keeps the file and answers as recorded (2026-04-30); the same name overwrites. */
function store(world: KieWorld, response: ServerResponse, picked: Picked): void {
  if (typeof picked.path !== 'string' || picked.path === '') {
    return refuse(response, 'Missing required parameter: uploadPath');
  }
  const mimeType = picked.type || 'application/octet-stream';
  const extension = mimeType.split(/[/;+]/)[1]?.replace('jpeg', 'jpg') ?? 'bin';
  const random = `${world.now()}-${randomBytes(6).toString('hex').slice(0, 11)}.${extension}`;
  const fileName = typeof picked.name === 'string' && picked.name !== '' ? picked.name : random;
  const parts = [...picked.path.split('/'), fileName].filter(
    (part) => part !== '' && part !== '.' && part !== '..',
  );
  const filePath = `kieai/1/${parts.map(encodeURIComponent).join('/')}`;
  world.kie.uploads.delete(filePath);
  world.kie.uploads.set(filePath, { bytes: picked.bytes, mimeType });
  forgetOldestUploads(world);
  world.ledger.uploads += 1;
  sendJson(
    response,
    {
      success: true,
      code: 200,
      msg: 'File uploaded successfully',
      data: {
        success: true,
        fileName,
        filePath,
        downloadUrl: `${world.url}/${filePath}`,
        fileSize: picked.bytes.length,
        mimeType,
        uploadedAt: new Date(world.now()).toISOString(),
      },
    },
    200,
    { 'access-control-allow-origin': '*' },
  );
}

function refuse(response: ServerResponse, msg: string): void {
  sendJson(response, { success: false, code: 400, msg });
}

function forgetOldestUploads(world: KieWorld): void {
  let total = 0;
  for (const { bytes } of world.kie.uploads.values()) total += bytes.length;
  for (const [path, { bytes }] of world.kie.uploads) {
    if (total <= keptBytes) return;
    world.kie.uploads.delete(path);
    total -= bytes.length;
  }
}
