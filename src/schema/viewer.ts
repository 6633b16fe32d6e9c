import type { Owner } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';

/** `viewer`. */
export function declareViewer(builder: Builder, Cost: CostRef): void {
  const Viewer = builder.objectRef<{ readonly owner: Owner }>('Viewer').implement({
    description: 'Who asks.',
    fields: (t) => ({
      owner: t.exposeString('owner', {
        description: 'Whose tasks these are: `local` without authentication, else `key:NAME` or `jwt:SUB`.',
      }),
      admin: t.boolean({
        description: 'Whether the viewer may see and mend the tasks of everyone.',
        resolve: () => false,
      }),
      spentThisMonth: t.field({
        type: Cost,
        description:
          "What the viewer's tasks of this UTC month cost so far; estimates of unfinished ones are in it.",
        resolve: async ({ owner }, _args, { tasks }) => {
          const { usd, settled } = await tasks.spentThisMonth(owner);
          return { amount: usd, credits: null, settled };
        },
      }),
      budgetPerMonth: t.field({
        type: Cost,
        nullable: true,
        description: 'What the viewer may spend in a UTC month; null when there is no limit.',
        resolve: ({ owner }, _args, { tasks }) => {
          const amount = tasks.budgetPerMonth(owner);
          return amount === null ? null : { amount, credits: null, settled: true };
        },
      }),
      openTasks: t.int({
        description: 'How many tasks of the viewer have not ended.',
        resolve: ({ owner }, _args, { store }) => store.countOpen(owner),
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: Viewer,
      description: 'Who asks, and what he spent.',
      resolve: (_root, _args, { viewer }) => viewer,
    }),
  );
}
