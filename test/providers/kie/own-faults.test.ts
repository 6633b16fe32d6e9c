import { openAsBlob } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { kieProviderAt } from '../../support/kie-provider.ts';
import { startLoopback } from '../../support/loopback.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

it('an upload whose file cannot be read here is no fault of the provider', async () => {
  await using folder = await temporaryFolder();
  await using upload = await startLoopback((request, response) =>
    request.on('end', () => response.end('{}')).resume(),
  );
  await using provider = kieProviderAt(upload.url);
  const file = join(folder.path, 'image.png');
  await writeFile(file, 'x'.repeat(100_000));
  const open = async () => {
    const blob = await openAsBlob(file);
    await rm(file);
    return blob;
  };
  const image = {
    kind: 'upload',
    uploadId: 'u',
    fileName: 'image.png',
    contentType: 'image/png',
    open,
  } as const;
  await expect(provider.handOver?.([image], new AbortController().signal)).rejects.toMatchObject({
    name: 'OwnFaultError',
  });
});
