import { exitCodes, type ExitCode } from './failure.ts';
import { generateInput, type InputOptions } from './input.ts';
import { estimate } from './operations.ts';
import { throwUserErrors } from './server.ts';
import type { Session } from './session.ts';
import { clock, money } from './format.ts';

/** Prints the model, cost and time of `generate` with the same options. Files are uploaded, nothing is paid. */
export async function showEstimate(
  session: Session,
  prompt: string | undefined,
  options: InputOptions,
): Promise<ExitCode> {
  const input = await generateInput(session, prompt, options);
  const { userErrors, ...result } = (await session.server.request(estimate, { input })).estimateVideo;
  throwUserErrors(userErrors);
  const { provider, model, cost, seconds } = result;
  const time = seconds === null ? '' : `, about ${clock(seconds)}`;
  session.output.result(
    { type: 'estimate', ...result },
    `${provider?.toLowerCase() ?? '–'} ${model ?? ''}: ${money(cost)}${time}`,
  );
  return exitCodes.done;
}
