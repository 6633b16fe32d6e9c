import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKieApp, type KieApp } from '../support/kie-app.ts';

let app: KieApp;
beforeAll(async () => {
  app = await startKieApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const image = 'https://a.example/1.jpg';
type Pair = readonly [name: string, value: string | File];
const images = (...addresses: string[]): Pair[] =>
  addresses.map((address) => ['reference_image_urls', address]);

async function post(pairs: readonly Pair[], encode: 'multipart' | 'url' = 'multipart') {
  const form = new FormData();
  const address = new URLSearchParams();
  for (const [name, value] of pairs) {
    form.append(name, value);
    if (typeof value === 'string') address.append(name, value);
  }
  const before = Object.keys(app.simulator.stats.tasks).length;
  const response = await fetch(`${app.url}/veo31/generate-from-urls`, {
    method: 'POST',
    body: encode === 'multipart' ? form : address,
  });
  const body = (await response.json()) as { error?: string; step1_reference_images?: string[] };
  const made = Object.keys(app.simulator.stats.tasks).length - before;
  return { status: response.status, made, images: body.step1_reference_images, error: body.error };
}

describe.each(['multipart', 'url'] as const)("the seed's form, %s-encoded: no address is lost", (encode) => {
  const two = [image, 'https://a.example/2.jpg'];
  const scaled = 'https://img.example/w_400,h_400,c_fill/sample.jpg';
  it.each<[string, Pair[], string[]]>([
    ['in one field', images(two.join(',')), two],
    ['in one field, with blanks after commas', images(two.join(', ')), two],
    ['in fields of the same name', images(...two), two],
    [
      'in fields of the same name, some with several',
      images(two.join(','), 'http://b.example/3'),
      [...two, 'http://b.example/3'],
    ],
    ['with commas inside', images(scaled), [scaled]],
    [
      'with an address inside',
      images(`https://proxy.example/?x;y|z=${image}`),
      [`https://proxy.example/?x;y|z=${image}`],
    ],
    ['with commas inside, and others', images(`${scaled},${image}`), [scaled, image]],
    ['after too many commas', images(`,${image},,`), [image]],
    ['beside an empty field of the same name', images('', image), [image]],
  ])('%s', async (_what, pairs, expected) => {
    expect(await post([...pairs, ['additional_prompt', 'x']], encode)).toMatchObject({
      status: 200,
      made: 1,
      images: expected,
    });
  });

  it.each<[string, Pair[], RegExp]>([
    ['a line break between addresses', images(`${image}\nhttps://a.example/2.jpg`), /commas/],
    ['a blank between addresses', images(`${image} https://a.example/2.jpg`), /commas/],
    ['a semicolon between addresses', images(`${image};https://a.example/2.jpg`), /commas/],
    ['a bar between addresses', images(`${image}|http://a.example/2.jpg`), /commas/],
    ['more than three addresses in all', images(image, image, `${image},${image}`), /1 to 3/],
    ['an address of another scheme', images(`${image},ftp://a.example/2.jpg`), /https/],
    ['an address without slashes', images('https:a.example/1.jpg'), /https/],
    ['two prompts', [...images(image), ['additional_prompt', 'a'], ['additional_prompt', 'b']], /twice/],
    ['two durations', [...images(image), ['duration_seconds', '4'], ['duration_seconds', '8']], /twice/],
    ['two equal aspects', [...images(image), ['aspect_ratio', '16:9'], ['aspect_ratio', '16:9']], /twice/],
    [
      'a field that it does not have',
      [...images(image), ['durationSeconds', '4']],
      /There is no field "durationSeconds"/,
    ],
    ['a duration in another notation', [...images(image), ['duration_seconds', '1e1']], /integer/],
    ['a duration with a sign', [...images(image), ['duration_seconds', '-4']], /integer/],
    ['a hexadecimal duration', [...images(image), ['duration_seconds', '0x8']], /integer/],
    ['a preference that is none', [...images(image), ['prefer_kie_api', 'maybe']], /true or false/],
  ])('refuses %s', async (_what, pairs, error) => {
    expect(await post(pairs, encode)).toEqual({
      status: 400,
      made: 0,
      images: undefined,
      error: expect.stringMatching(error) as string,
    });
  });
});

describe("a file in the seed's form", () => {
  const file = new File(['a red boat'], 'prompt.txt', { type: 'text/plain' });
  it.each<[string, Pair[], RegExp]>([
    ['for a prompt', [...images(image), ['additional_prompt', file]], /-F "additional_prompt=<FILE"/],
    ['for an address', [['reference_image_urls', file]], /uploadReferenceImage/],
    ['beside an address', [...images(image), ['reference_image_urls', file]], /uploadReferenceImage/],
  ])('%s is refused with what to do', async (_what, pairs, error) => {
    expect(await post(pairs)).toMatchObject({
      status: 400,
      made: 0,
      error: expect.stringMatching(error) as string,
    });
  });
});

it('a field in the address of the request is refused, not dropped', async () => {
  const before = Object.keys(app.simulator.stats.tasks).length;
  const response = await fetch(`${app.url}/veo31/generate-from-urls?additional_prompt=red&x=1`, {
    method: 'POST',
    body: new URLSearchParams({ reference_image_urls: image }),
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: 'Send additional_prompt in the form, not in the query string.' },
  ]);
  expect(Object.keys(app.simulator.stats.tasks).length).toBe(before);
});

it('a JSON body is refused, not read as an empty form', async () => {
  const response = await fetch(`${app.url}/veo31/generate-from-urls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reference_image_urls: image }),
  });
  expect([response.status, await response.json()]).toEqual([
    400,
    { error: 'The body must be a form, as curl -F or --data-urlencode send it.' },
  ]);
});

it.each(['True', '1', 'FALSE', 'no'])('prefer_kie_api=%s is read as the seed reads it', async (value) => {
  expect(await post([...images(image), ['prefer_kie_api', value]])).toMatchObject({ status: 200, made: 1 });
});
