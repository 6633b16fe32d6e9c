/** A picture of 2 × 1 pixels. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADklEQVR4nGP4z8Dw/z8DAAn/Av4R1yQqAAAAAElFTkSuQmCC',
  'base64',
);

const uploadText = `mutation ($file: File!) {
  uploadReferenceImage(file: $file) { image { url uploadId contentType width height } userErrors { code message field } }
}`;

/** What `uploadReferenceImage` answers. */
export interface Uploaded {
  readonly image: { readonly url: string; readonly uploadId: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

/** Uploads an image by graphql-multipart-request-spec. */
export async function upload(url: string, bytes: Uint8Array, key = '', name = 'fox.png') {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadText, variables: { file: null } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', new Blob([new Uint8Array(bytes)], { type: 'text/plain' }), name);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  });
  return {
    status: response.status,
    body: (await response.json()) as { data?: { uploadReferenceImage: Uploaded }; errors?: unknown },
  };
}
