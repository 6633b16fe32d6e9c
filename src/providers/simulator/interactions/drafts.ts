import type { ServerResponse } from 'node:http';
import { cutInTheMiddle, isObject, readJsonObject, sendJson } from '../http/respond.ts';
import { mergeBehaviours, parseMarkers } from '../switches.ts';
import type { Asked } from '../world.ts';
import type { GeminiWorld } from './account-state.ts';
import { sendClassicError, sendPage } from './responses.ts';

const maxBodyBytes = 170 * 1024 * 1024;

/** Answers `POST /v1beta/models/{model}:generateContent`: a text about the images and the text that came. */
export async function answerDraft(
  world: GeminiWorld,
  asked: Asked,
  response: ServerResponse,
  model: string,
): Promise<void> {
  world.ledger.drafts += 1;
  if (model.startsWith('gemini-omni'))
    return sendClassicError(response, 400, 'This model only supports Interactions API.');
  if (!model.startsWith('gemini-'))
    return sendClassicError(response, 404, `models/${model} is not found for API version v1beta.`);
  const body = await readJsonObject(asked.request, maxBodyBytes);
  const parts = body === undefined ? null : readParts(body);
  if (parts === null) return sendClassicError(response, 400, 'Request contains an invalid argument.');
  const markers = parseMarkers(parts.text);
  if (markers.kind === 'refused') return sendClassicError(response, 400, markers.why);
  const behaviours = mergeBehaviours(world.behaviours, markers.behaviours, asked.header);
  const how = behaviours.get('google-draft');
  const text = `The camera moves slowly around the subject of ${parts.images} picture(s) in soft light.`;
  const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 };
  const answer = {
    candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', index: 0 }],
    usageMetadata,
    modelVersion: model,
  };
  switch (how) {
    case undefined:
      return sendJson(response, answer);
    case 'blocked':
      return sendJson(response, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata });
    case 'empty':
      return sendJson(response, { candidates: [{ finishReason: 'MAX_TOKENS', index: 0 }], usageMetadata });
    case 'cut':
      return cutInTheMiddle(response, Buffer.from(JSON.stringify(answer)), 200, {
        'content-type': 'application/json; charset=UTF-8',
      });
    case 'page':
      return sendPage(response);
    // Left open until the client or the simulator ends.
    case 'hang':
      return;
    default:
      return sendClassicError(
        response,
        Number(how) || 500,
        'The model is overloaded. Please try again later.',
      );
  }
}

/** The text and the number of images of the request; null where a part is neither. */
function readParts(body: Record<string, unknown>): { text: string; images: number } | null {
  const contents = Array.isArray(body['contents']) ? (body['contents'] as unknown[]) : [];
  const parts = contents.flatMap((content) =>
    isObject(content) && Array.isArray(content['parts']) ? (content['parts'] as unknown[]) : [],
  );
  let text = '';
  let images = 0;
  for (const part of parts) {
    if (!isObject(part)) return null;
    const inline = part['inline_data'] ?? part['inlineData'];
    if (typeof part['text'] === 'string') text += part['text'];
    else if (isObject(inline) && typeof inline['data'] === 'string') images += 1;
    else return null;
  }
  return parts.length === 0 ? null : { text, images };
}
