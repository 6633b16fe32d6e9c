import type { Builder } from './builder.ts';
import type { Viewer } from './context.ts';
import type { CostRef } from './cost.ts';

/** `viewer`. */
export function declareViewer(builder: Builder, Cost: CostRef): void {
  const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
    description: 'The caller.',
    fields: (t) => ({
      owner: t.exposeString('owner', {
        description:
          'The owner of the tasks: `local` without authentication, otherwise `key:NAME` or `jwt:SUB`.',
      }),
      admin: t.boolean({
        description: 'Whether the viewer may see and change the tasks of all owners.',
        resolve: ({ isAdmin }) => isAdmin === true,
      }),
      spentThisMonth: t.field({
        type: Cost,
        description:
          "The cost of the viewer's tasks in the present UTC month, estimates of unfinished tasks included.",
        resolve: async ({ owner }, _args, { tasks }) => {
          const { usd, settled } = await tasks.spentThisMonth(owner);
          return { amount: usd, credits: null, settled };
        },
      }),
      budgetPerMonth: t.field({
        type: Cost,
        nullable: true,
        description: 'The amount that the viewer may spend per UTC month; null if there is no limit.',
        resolve: ({ owner }, _args, { tasks }) => {
          const amount = tasks.budgetPerMonth(owner);
          return amount === null ? null : { amount, credits: null, settled: true };
        },
      }),
      canDraftPrompt: t.boolean({
        description: 'True if `draftPrompt` is available on this server.',
        resolve: (_viewer, _args, { tasks }) => tasks.canDraftPrompt,
      }),
      openTasks: t.int({
        description: 'The number of tasks of the viewer that have not ended.',
        resolve: ({ owner }, _args, { store }) => store.countOpen(owner),
      }),
    }),
  });
  builder.queryField('viewer', (t) =>
    t.field({
      type: ViewerType,
      description: 'The caller, with spending and budget.',
      resolve: (_root, _args, { viewer }) => viewer,
    }),
  );
}
