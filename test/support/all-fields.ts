import { getNamedType, isLeafType, isObjectType, type GraphQLSchema } from 'graphql';

/** A selection of every field of a type with everything below; a task within a task is left with its id. */
export function allFieldsOf(schema: GraphQLSchema, typeName: string): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is no object`);
  return Object.values(type.getFields())
    .map((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return field.name;
      return `${field.name} { ${named.name === 'VideoTask' ? 'id' : allFieldsOf(schema, named.name)} }`;
    })
    .join(' ');
}
