import { createServer } from 'node:http';
import { it } from 'vitest';

it('leaves a server', async () => {
  await new Promise<void>((resolve) => void createServer().listen(0, '127.0.0.1', resolve));
});
