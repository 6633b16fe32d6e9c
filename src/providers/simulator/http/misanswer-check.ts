import type { ServerResponse } from 'node:http';
import type { Behaviours } from '../switches.ts';
import type { World } from '../world.ts';

/** The form in which one of Google's wires writes faults. */
export interface FaultForm {
  /** A bare HTTP status. */
  readonly sendStatus: (response: ServerResponse, status: number, retryAfterSeconds: string) => void;
  /** A page of HTML. */
  readonly sendPage: (response: ServerResponse) => void;
}

/** True if a check was answered, or left unanswered, with something that reports no state. */
export function misanswerCheck(
  world: Pick<World, 'now' | 'outageUntil'>,
  response: ServerResponse,
  behaviours: Behaviours,
  { sendStatus, sendPage }: FaultForm,
): boolean {
  const status = behaviours.get('check-http');
  if (world.now() < world.outageUntil) sendStatus(response, 500, '1');
  else if (status !== undefined) sendStatus(response, Number(status), behaviours.get('retry-after') ?? '1');
  else if (behaviours.has('check-html')) sendPage(response);
  else if (behaviours.has('check-drop')) response.destroy();
  // Left open until the client or the simulator ends.
  else return behaviours.has('check-hang');
  return true;
}
