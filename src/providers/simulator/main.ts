import { parseArgs } from 'node:util';
import { type SimulatorOptions, startSimulator } from './simulator.ts';
import { describeSwitches } from './switches.ts';

const help = `npm run simulator -- [options]

A simulation of Kie's and Google's APIs on 127.0.0.1, misbehaviour included. Options:
  --port N              the port (0: any free one; default 9100)
  --duration-ms N       how long a task takes (default 8000)
  --api-key K           the only key that is accepted (default: any)
  --creates-per-10s N   more creates get HTTP 429 (default 20, as Kie; 0: no limit)
  --file-ttl-ms N       how long a result can be downloaded (default 24 h)
  --hmac-key K          signs callbacks
  --behave NAME[=V]     a switch for the whole process; may be repeated
  --help

Switches. For one task as [sim:NAME] or [sim:NAME=VALUE] in its prompt, for one request in the header
"x-simulator: NAME=VALUE,…", for the process with --behave or POST /_simulator/behaviours ["NAME=VALUE",…]:
${describeSwitches()}

GET /_simulator/stats counts what happened; POST /_simulator/outage {"ms":N} fails every check for this long.
`;

type Command = { readonly kind: 'help' } | { readonly kind: 'start'; readonly options: SimulatorOptions };

/** Reads the command line; throws with one sentence where it is invalid. */
function readCommand(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '9100' },
      'duration-ms': { type: 'string', default: '8000' },
      'api-key': { type: 'string' },
      'creates-per-10s': { type: 'string', default: '20' },
      'file-ttl-ms': { type: 'string', default: '86400000' },
      'hmac-key': { type: 'string' },
      behave: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return { kind: 'help' };
  const count = (name: 'port' | 'duration-ms' | 'creates-per-10s' | 'file-ttl-ms'): number => {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name} must be an integer (got "${values[name]}").`);
    return Number(values[name]);
  };
  const apiKey = values['api-key'];
  const hmacKey = values['hmac-key'];
  return {
    kind: 'start',
    options: {
      port: count('port'),
      durationMs: count('duration-ms'),
      createsPer10s: count('creates-per-10s'),
      fileTtlMs: count('file-ttl-ms'),
      behaviours: values.behave,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(hmacKey === undefined ? {} : { hmacKey }),
    },
  };
}

async function run(args: readonly string[]): Promise<void> {
  const command = readCommand(args);
  if (command.kind === 'help') {
    process.stdout.write(help);
    return;
  }
  const stopped = Promise.withResolvers<void>();
  // `on`, not `once`: a repeated signal must find a handler, or it would kill the process.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.resolve());
  await using simulator = await startSimulator(command.options);
  const { host, port } = new URL(simulator.url);
  const { apiKey = 'any', hmacKey } = command.options;
  const environment = [
    `KIE_API_KEY=${apiKey}`,
    `KIE_BASE_URL=${simulator.url}`,
    `KIE_UPLOAD_URL=${simulator.url}`,
    ...(hmacKey === undefined ? [] : [`KIE_WEBHOOK_HMAC_KEY=${hmacKey}`]),
    'PROVIDERS=kie',
    `FETCH_ALLOW_HOSTS=${host}`,
  ];
  const google = [
    'GOOGLE_CLOUD_PROJECT=simulator',
    `GOOGLE_ACCESS_TOKEN=${apiKey}`,
    `VERTEX_BASE_URL=${simulator.url}`,
    `GEMINI_API_KEY=${apiKey}`,
    `GEMINI_BASE_URL=${simulator.url}`,
    'PROVIDERS=google',
    // Downloads of Omni lead to another origin.
    `FETCH_ALLOW_HOSTS=${host},localhost:${port}`,
  ];
  process.stdout.write(
    `Simulator listening on ${simulator.url}\n\n${environment.join('\n')}\n\nFor Google instead:\n\n${google.join('\n')}\n`,
  );
  await stopped.promise;
}

try {
  await run(process.argv.slice(2));
  // Everything is disposed by now. Left to itself, Node takes its signal handlers down before it ends, and a signal
  // repeated in that moment would kill the process with a code of its own.
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
