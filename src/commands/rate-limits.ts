import { message } from '../domain/messages.ts';
import type { OwnerLimits } from './command-context.ts';
import type { UserError } from '../domain/user-errors/user-error.ts';

/** The error of a call for which its owner has too many open tasks. */
export const tooManyOpen = (limits: OwnerLimits | undefined): UserError => ({
  code: 'RATE_LIMITED',
  message:
    `You have ${limits?.openTasks ?? 'too many'} open tasks, which is the limit. Wait until some have ended, cancel some, ` +
    'or ask the operator to raise LIMIT_OPEN_TASKS_PER_OWNER.',
  reason: message('TOO_MANY_OPEN_TASKS', { max: limits?.openTasks ?? null }),
  field: null,
});

/** The error of a refresh while too many of its owner's are under way. */
export const tooManyRefreshes: UserError = {
  code: 'RATE_LIMITED',
  message:
    'Too many refreshes are under way. Wait until some have ended, or subscribe to taskStatusChanged, which reports ' +
    'each change without them.',
  reason: message('TOO_MANY_REFRESHES', {}),
  field: null,
};

/** The error of a mutation that comes too soon. */
export const tooManyMutations = (limit: number, waitSeconds: number): UserError => ({
  code: 'RATE_LIMITED',
  message:
    `At most ${limit} mutations per minute are accepted. Try again in ${waitSeconds} s, ` +
    'or ask the operator to raise LIMIT_MUTATIONS_PER_MINUTE.',
  reason: message('TOO_MANY_MUTATIONS', { max: limit, waitSeconds }),
  field: null,
});
