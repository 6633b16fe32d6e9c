// The layout of compose.yaml as processes of this machine, until Ctrl-C: `npm run cluster -- --help`.
import { parseArgs } from 'node:util';
import { startCluster } from './support/cluster.ts';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '3' },
    port: { type: 'string', default: '8000' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`npm run cluster -- [--instances N] [--port N]
  Starts a PostgreSQL of its own, N servers (3) and a load balancer (port 8000). Nothing is kept after the end.
  Settings of the environment, such as KIE_API_KEY, are passed to all servers.
`);
  process.exit(0);
}

const stop = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.resolve());

const given = Object.entries(process.env).filter(([name]) =>
  /^(?:KIE|GEMINI|GOOGLE|VERTEX|SIMULATOR|LIMIT|API_KEYS|JWT|BUDGET|FETCH|LOG|PROVIDERS|PATIENCE|LEASE)/.test(
    name,
  ),
);
process.stdout.write('starting PostgreSQL, the servers and the load balancer …\n');
await using cluster = await startCluster({
  count: Number(values.instances),
  port: Number(values.port),
  env: Object.fromEntries(given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
});
for (const { url } of cluster.instances) process.stdout.write(`instance  ${url}\n`);
process.stdout.write(`database  ${cluster.postgres.urlOf('reelay')}\n`);
process.stdout.write(`all       ${cluster.url}  (GraphiQL: ${cluster.url}/graphql)\n`);
await stop.promise;
process.stdout.write('stopping\n');
