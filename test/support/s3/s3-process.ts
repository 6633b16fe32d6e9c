// An S3 server of the tests in a process of its own: `node s3-process.ts [FOLDER]`. Without a folder, it keeps objects in memory.
import { startFauxqs } from 'fauxqs';
import { bucket } from './bucket.ts';

const [folder] = process.argv.slice(2);
const { port } = await startFauxqs({
  port: 0,
  logger: false,
  init: { buckets: [bucket] },
  ...(folder !== undefined && { s3StorageDir: folder }),
});
process.stdout.write(`http://127.0.0.1:${port}\n`);
