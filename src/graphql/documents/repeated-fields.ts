import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Counts stop here: the limit is far below. */
const enough = 1_000_000;

/** Fields of one object that the response merges, by their name in it, and the spreads beside them. */
interface Merged {
  readonly byName: Map<string, FieldNode[]>;
  spreads: number;
}

/**
 * Counts the pairs of fields with one name in the response, which validation compares one by one: at each place the
 * pairs of its mentions, and of the spreads of fragments there. A field that is mentioned under several mentions of its
 * parent counts with all of them.
 */
export class RepeatedFields {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  /** @param document within the limits of `Sizes`, without cycles: fragments are visited at each spread, once in an object */
  constructor({ definitions }: DocumentNode) {
    this.#fragments = new Map(
      definitions
        .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((definition) => [definition.name.value, definition]),
    );
  }

  /** The pairs within a selection and below it. */
  pairsIn(selection: SelectionSetNode): number {
    return this.#pairsOf([selection]);
  }

  #pairsOf(selections: readonly SelectionSetNode[]): number {
    const merged: Merged = { byName: new Map(), spreads: 0 };
    const visited = new Set<string>();
    for (const selection of selections) this.#collect(selection, merged, visited);
    let pairs = pairsOf(merged.spreads);
    for (const fields of merged.byName.values()) {
      pairs += pairsOf(fields.length);
      const below = fields.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
      if (below.length > 0) pairs += this.#pairsOf(below);
      if (pairs > enough) return enough;
    }
    return pairs;
  }

  #collect({ selections }: SelectionSetNode, merged: Merged, visited: Set<string>): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const same = merged.byName.get(name);
        if (same === undefined) merged.byName.set(name, [selection]);
        else same.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        this.#collect(selection.selectionSet, merged, visited);
      } else {
        merged.spreads += 1;
        const fragment = this.#fragments.get(selection.name.value);
        if (fragment === undefined || visited.has(selection.name.value)) continue;
        visited.add(selection.name.value);
        this.#collect(fragment.selectionSet, merged, visited);
      }
    }
  }
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;
