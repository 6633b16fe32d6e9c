import type { Cost } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';

/** What something costs. */
export type CostRef = ReturnType<typeof declareCost>;

/** Declares the type. */
export function declareCost(builder: Builder) {
  return builder.objectRef<Cost>('Cost').implement({
    description: 'Money.',
    fields: (t) => ({
      amount: t.exposeFloat('amount', { description: 'In `currency`.' }),
      currency: t.string({ description: 'Always USD.', resolve: () => 'USD' }),
      credits: t.exposeFloat('credits', {
        nullable: true,
        description: "The same in the provider's own unit.",
      }),
      settled: t.exposeBoolean('settled', {
        description: 'False while it is our estimate, true once it is known.',
      }),
    }),
  });
}
