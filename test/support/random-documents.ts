import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** A document with the values that a client sends beside it. */
export interface RandomRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Record<string, unknown>;
}

/** Numbers from 0 to 1 that follow from a seed alone (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Variable {
  readonly type: string;
  readonly value: unknown;
  readonly fallback: string | null;
}

/**
 * Documents of a schema as careless clients write them: aliases, directives, inline and named fragments that are
 * spread several times, several operations, variables that are absent, null or of another type. Nearly all are valid.
 */
export class RandomDocuments {
  readonly #schema: GraphQLSchema;
  readonly #random: () => number;
  readonly #ids: readonly string[];
  #fragments: { name: string; type: string; text: string }[] = [];
  #variables = new Map<string, Variable>();
  #budget = 0;
  /** How tame a document is: the compiled lane takes tame ones only. */
  #directiveShare = 0;
  #fragmentShare = 0;

  /** @param ids of tasks that are there */
  constructor(schema: GraphQLSchema, seed: number, ids: readonly string[]) {
    this.#schema = schema;
    this.#random = randomFrom(seed);
    this.#ids = ids;
  }

  request(kind: 'query' | 'subscription'): RandomRequest {
    this.#fragments = [];
    this.#variables = new Map();
    this.#budget = 40;
    this.#directiveShare = this.#pick([0, 0, 0.08, 0.25]);
    this.#fragmentShare = this.#pick([0.1, 0.3]);
    const type = kind === 'query' ? this.#schema.getQueryType() : this.#schema.getSubscriptionType();
    if (!type) throw new Error(`The schema has no ${kind}`);
    const operations = ['One', ...(this.#chance(0.15) ? ['Two'] : [])].map((name) => {
      // A subscription has one root field, whatever the directives.
      const selection =
        kind === 'query'
          ? this.#selection(type, 0)
          : `{ ${this.#field(Object.values(type.getFields())[0], 0, false)} }`;
      return { name, selection };
    });
    const declared = [...this.#variables]
      .map(
        ([name, { type: text, fallback }]) => `$${name}: ${text}${fallback === null ? '' : ` = ${fallback}`}`,
      )
      .join(', ');
    const texts = operations.map(
      ({ name, selection }) => `${kind} ${name}${declared === '' ? '' : `(${declared})`} ${selection}`,
    );
    const fragments = this.#fragments.map(({ name, type: on, text }) => `fragment ${name} on ${on} ${text}`);
    const variables: Record<string, unknown> = {};
    for (const [name, { value }] of this.#variables) if (value !== undefined) variables[name] = value;
    return {
      query: [...texts, ...fragments].join('\n'),
      operationName: operations.length > 1 ? this.#pick(['One', 'Two']) : null,
      variables,
    };
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const parts: string[] = [];
    const count = 1 + Math.floor(this.#random() * 4);
    for (let index = 0; index < count; index += 1) parts.push(this.#part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  #part(type: GraphQLCompositeType, depth: number): string {
    this.#budget -= 1;
    if (this.#budget > 0 && this.#chance(this.#fragmentShare)) return this.#fragment(type, depth);
    const fields = isObjectType(type) || 'getFields' in type ? Object.values(type.getFields()) : [];
    const usable = fields.filter(
      ({ type: of }) => isLeafType(getNamedType(of)) || (depth < 6 && this.#budget > 0),
    );
    if (usable.length === 0 || this.#chance(0.08)) return `__typename${this.#directives()}`;
    return this.#field(this.#pick(usable), depth, true);
  }

  #field(field: GraphQLField<unknown, unknown> | undefined, depth: number, withDirectives: boolean): string {
    if (field === undefined) throw new Error('There is no such field');
    const args = field.args
      .map(({ name, type }) => {
        if (!isNonNullType(type) && this.#chance(0.5)) return null;
        return `${name}: ${this.#argument(name, type)}`;
      })
      .filter((text) => text !== null)
      .join(', ');
    // Fields of one answer name are of one field with the same arguments.
    const alias =
      args !== '' || this.#chance(0.15) ? `${field.name}_${hash(args + String(field.type))}: ` : '';
    const named = getNamedType(field.type);
    const below = isLeafType(named) ? '' : ` ${this.#selection(named as GraphQLCompositeType, depth + 1)}`;
    return `${alias}${field.name}${args === '' ? '' : `(${args})`}${withDirectives ? this.#directives() : ''}${below}`;
  }

  #fragment(type: GraphQLCompositeType, depth: number): string {
    const on = this.#pick(
      isObjectType(type)
        ? [type.name, ...type.getInterfaces().map(({ name }) => name)]
        : [type.name, 'VideoTask'],
    );
    const target = this.#schema.getType(on) as GraphQLCompositeType;
    if (this.#chance(0.4)) {
      const condition = on === type.name && this.#chance(0.5) ? '' : ` on ${on}`;
      return `...${condition}${this.#directives()} ${this.#selection(target, depth)}`;
    }
    const known = this.#fragments.filter((fragment) => fragment.type === on && fragment.text !== '');
    let fragment = known.length > 0 && this.#chance(0.6) ? this.#pick(known) : undefined;
    if (fragment === undefined) {
      fragment = { name: `F${this.#fragments.length}`, type: on, text: '' };
      this.#fragments.push(fragment);
      fragment.text = this.#selection(target, depth);
    }
    const spread = () => `...${fragment.name}${this.#directives()}`;
    return this.#chance(0.3) ? `${spread()} ${spread()}` : spread();
  }

  #directives(): string {
    if (!this.#chance(this.#directiveShare)) return '';
    return ['skip', 'include']
      .filter(() => this.#chance(0.6))
      .map((name) => ` @${name}(if: ${this.#condition()})`)
      .join('');
  }

  #condition(): string {
    if (this.#chance(0.3)) return this.#pick(['true', 'false']);
    const [name, type, fallback] = this.#pick<[string, string, string | null]>([
      ['yes', 'Boolean!', null],
      ['no', 'Boolean!', null],
      ['maybe', 'Boolean', 'true'],
      ['hardly', 'Boolean!', 'false'],
    ]);
    if (!this.#variables.has(name)) {
      const value = this.#pick<unknown>([
        true,
        false,
        name === 'yes',
        name === 'yes',
        fallback === null ? true : undefined,
      ]);
      this.#variables.set(name, { type, fallback, value: this.#chance(0.03) ? 'wrong' : value });
    }
    return `$${name}`;
  }

  #argument(name: string, type: GraphQLInputType): string {
    const value = this.#value(name, type);
    if (!this.#chance(0.4)) return literal(value, type);
    const variable = `v${hash(`${name}${String(type)}${this.#chance(0.3) ? '2' : ''}`)}`;
    if (!this.#variables.has(variable)) {
      const isOptional = !isNonNullType(type);
      this.#variables.set(variable, {
        type: String(type),
        fallback: isOptional && value !== null && this.#chance(0.2) ? literal(value, type) : null,
        value: this.#chance(0.05)
          ? this.#pick<unknown>(['wrong', 7, [], {}, null, true])
          : isOptional && this.#chance(0.15)
            ? this.#pick([undefined, null])
            : value,
      });
    }
    return `$${variable}`;
  }

  /** A value as it is in variables; mostly one that makes sense. */
  #value(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.#value(name, type.ofType);
    if (this.#chance(0.05)) return isListType(type) ? [] : null;
    if (isListType(type))
      return [this.#value(name, type.ofType), this.#value(name, type.ofType)].slice(
        0,
        this.#chance(0.5) ? 1 : 2,
      );
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const chosen = type.isOneOf
        ? [this.#pick(fields)]
        : fields.filter(({ type: of }) => isNonNullType(of) || this.#chance(0.3));
      return Object.fromEntries(
        chosen.map((field) => [
          field.name,
          this.#value(field.name, field.type) ?? (type.isOneOf || isNonNullType(field.type) ? 'x' : null),
        ]),
      );
    }
    const { name: scalar } = type as GraphQLNamedType;
    switch (scalar) {
      case 'ID':
        return this.#pick([...this.#ids, 'nonsense']);
      case 'Int':
        return this.#pick([0, 1, 2, 5, -1]);
      case 'Boolean':
        return this.#chance(0.5);
      case 'DateTime':
        return this.#pick(['2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z']);
      case 'URL':
        return 'https://images.example/a.png';
      case 'JSON':
        return { a: [1, 'two', null, { b: true }] };
      default:
        return name === 'name'
          ? this.#pick(['VideoTask', 'Query', 'Nope'])
          : this.#pick(['ring', '', 'bm9uc2Vuc2U']);
    }
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}

const hash = (text: string): string => {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 46_656;
  return sum.toString(36);
};

/** A value as it is written into a document. */
function literal(value: unknown, type: GraphQLInputType): string {
  const named = getNamedType(type);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) {
    return `[${value.map((item) => literal(item, type)).join(', ')}]`;
  }
  if (typeof value === 'object') {
    const fields = isInputObjectType(named) ? named.getFields() : {};
    const members = Object.entries(value).map(
      ([name, member]) => `${name}: ${literal(member, fields[name]?.type ?? type)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  return isEnumType(named) && typeof value === 'string' ? value : JSON.stringify(value);
}
