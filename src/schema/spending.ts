import { mostLabels, type SpendingReport, type Spent } from '../domain/spending-report.ts';
import { namedOwner } from './access.ts';
import type { Builder } from './builder.ts';
import type { CostRef } from './cost.ts';
import type { Enums } from './enums.ts';
import { codedError } from './errors.ts';

const dayMs = 86_400_000;
/** A report is of at most so many days: a leap year. */
const mostDays = 366;

const costOf = ({ usd, settled }: Spent) => ({ amount: usd, credits: null, settled });

/** `spending`. */
export function declareSpending(builder: Builder, enums: Enums, Cost: CostRef): void {
  const about = {
    cost: 'The cost, estimates of unfinished tasks included.',
    tasks: 'The number of tasks.',
  };
  const SpendingOfDay = builder.objectRef<SpendingReport['byDay'][number]>('SpendingOfDay').implement({
    description: 'The cost of the tasks that were created on one day.',
    fields: (t) => ({
      day: t.exposeString('day', { description: 'The UTC day, such as 2026-11-28.' }),
      cost: t.field({ type: Cost, description: about.cost, resolve: costOf }),
      tasks: t.exposeInt('tasks', { description: about.tasks }),
    }),
  });
  const SpendingOfModel = builder.objectRef<SpendingReport['byModel'][number]>('SpendingOfModel').implement({
    description: 'The cost of the tasks of one model.',
    fields: (t) => ({
      provider: t.expose('provider', { type: enums.ProviderName, description: 'The provider.' }),
      model: t.exposeString('model', { description: "The provider's name of the model." }),
      cost: t.field({ type: Cost, description: about.cost, resolve: costOf }),
      tasks: t.exposeInt('tasks', { description: about.tasks }),
    }),
  });
  const SpendingOfLabel = builder.objectRef<SpendingReport['byLabel'][number]>('SpendingOfLabel').implement({
    description: 'The cost of the tasks of one label.',
    fields: (t) => ({
      label: t.exposeString('label', { nullable: true, description: 'The label; null: tasks without one.' }),
      cost: t.field({ type: Cost, description: about.cost, resolve: costOf }),
      tasks: t.exposeInt('tasks', { description: about.tasks }),
    }),
  });
  const Spending = builder.objectRef<SpendingReport>('Spending').implement({
    description:
      "The cost of the viewer's tasks by day, model and label, deleted tasks included. Tracked tasks are not in it: their cost is not known.",
    fields: (t) => ({
      total: t.field({ type: Cost, description: 'The whole cost.', resolve: ({ total }) => costOf(total) }),
      tasks: t.int({ description: about.tasks, resolve: ({ total }) => total.tasks }),
      byDay: t.field({
        type: [SpendingOfDay],
        description:
          'By UTC day of the creation of the tasks, oldest first; days without tasks are left out.',
        resolve: ({ byDay }) => [...byDay],
      }),
      byModel: t.field({
        type: [SpendingOfModel],
        description: 'By provider and model, the most expensive first.',
        resolve: ({ byModel }) => [...byModel],
      }),
      byLabel: t.field({
        type: [SpendingOfLabel],
        description: `By label, the most expensive first; at most ${mostLabels}.`,
        resolve: ({ byLabel }) => [...byLabel],
      }),
      otherLabels: t.field({
        type: Cost,
        nullable: true,
        description: 'The cost of all labels that are not in `byLabel`; null where there are none.',
        resolve: ({ otherLabels }) => otherLabels && costOf(otherLabels),
      }),
    }),
  });
  builder.queryField('spending', (t) =>
    t.field({
      type: Spending,
      description: `The cost of the viewer's tasks in a range of UTC days, at most ${mostDays}.`,
      args: {
        from: t.arg({
          type: 'DateTime',
          required: true,
          description: 'Any time of the first day.',
        }),
        to: t.arg({ type: 'DateTime', description: 'Any time of the last day; without it, today.' }),
        owner: t.arg.string({
          description: "The owner whose tasks are meant, which an admin may name; without it, the viewer's.",
        }),
      },
      resolve: (_root, { from, to, owner }, { store, viewer }) => {
        const first = startOfDay(from);
        const before = startOfDay(to ?? store.now()) + dayMs;
        if (before <= first) throw codedError('BAD_INPUT', '`to` must not be on an earlier day than `from`.');
        if ((before - first) / dayMs > mostDays) {
          throw codedError('BAD_INPUT', `At most ${mostDays} days can be reported: choose a shorter range.`);
        }
        const whose = typeof owner === 'string' ? namedOwner(viewer, owner) : viewer.owner;
        return store.spendingReport(whose, { from: first, before });
      },
    }),
  );
}

const startOfDay = (time: number): number => Math.floor(time / dayMs) * dayMs;
