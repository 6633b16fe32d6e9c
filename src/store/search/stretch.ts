/** A stretch of an owner's tasks, exclusive of its ends: only numbers beyond one, until another is reached. */
export interface Stretch {
  readonly from: 'newest' | 'oldest';
  readonly beyond?: number | undefined;
  readonly until?: number | undefined;
}

/** The bounds of a stretch, exclusive; undefined: none. */
export const boundsOf = ({
  from,
  beyond,
  until,
}: Stretch): readonly [number | undefined, number | undefined] =>
  from === 'newest' ? [until, beyond] : [beyond, until];

/** True if a number is inside of a stretch. */
export function isInside(stretch: Stretch, number: number): boolean {
  const [above, below] = boundsOf(stretch);
  return (above === undefined || number > above) && (below === undefined || number < below);
}

/** True if some of the numbers from `first` to `last` can be inside of a stretch. */
export function touches(
  stretch: Stretch,
  { first, last }: { readonly first: number; readonly last: number },
): boolean {
  const [above, below] = boundsOf(stretch);
  return (above === undefined || last > above) && (below === undefined || first < below);
}

/** The last number in the direction of a stretch before another one. */
export const justBefore = (number: number, { from }: Pick<Stretch, 'from'>): number =>
  from === 'newest' ? number + 1 : number - 1;
