import { exitCodes, type ExitCode } from './failure.ts';
import { listProviders } from './operations.ts';
import type { Session } from './session.ts';
import { columns, money } from './format.ts';

/** Lists the providers, their models and capabilities. */
export async function showProviders({ server, output }: Session): Promise<ExitCode> {
  const { providers } = await server.request(listProviders, {});
  for (const provider of providers) output.result({ type: 'provider', provider }, null);
  const rows = providers
    .filter(({ configured }) => configured)
    .flatMap(({ name, health, models }) =>
      models.map((model) => [
        name.toLowerCase(),
        health,
        model.id,
        money(model.price),
        `${model.durations.join(', ')} s`,
        model.resolutions.join(', '),
        model.aspectRatios.join(', '),
        `${model.maxReferenceImages} images`,
      ]),
    );
  output.print(columns(rows));
  return exitCodes.done;
}
