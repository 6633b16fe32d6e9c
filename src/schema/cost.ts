import type { Cost } from '../domain/video-task.ts';
import type { Builder } from './builder.ts';

/** The type `Cost`. */
export type CostRef = ReturnType<typeof declareCost>;

/** Declares the type. */
export function declareCost(builder: Builder) {
  return builder.objectRef<Cost>('Cost').implement({
    description: 'An amount of money.',
    fields: (t) => ({
      amount: t.exposeFloat('amount', { description: 'The amount in `currency`.' }),
      currency: t.string({ description: 'The currency: always USD.', resolve: () => 'USD' }),
      credits: t.exposeFloat('credits', {
        nullable: true,
        description: "The same amount in the provider's own unit; null where that is unknown.",
      }),
      settled: t.exposeBoolean('settled', {
        description: 'False while the amount is an estimate of this server, true once it is final.',
      }),
    }),
  });
}
