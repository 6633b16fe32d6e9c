import type { FieldValue, TaskField } from '../../domain/task-fields.ts';

/**
 * The form in which a column holds a field: as it is, as JSON text, or as a time that was computed from what others say and may be
 * any number (see `withinCalendar`).
 */
export type ColumnKind = 'value' | 'json' | 'plannedTime';

/** The field of a task that a column holds, and its form. */
export interface Column<Field extends TaskField = TaskField, Kind extends ColumnKind = ColumnKind> {
  readonly field: Field;
  readonly kind: Kind;
}

/** The type of a column's values in a row. */
export type Stored<Declared extends Column> = StoredValue<FieldValue<Declared['field']>, Declared['kind']>;

type StoredValue<Value, Kind extends ColumnKind> = Kind extends 'json'
  ? string | Extract<Value, null>
  : Value extends string
    ? string
    : Value;

/** A column that holds a text or a number as it is. */
export const value = <Field extends TaskField>(field: Field): Column<Field, 'value'> => ({
  field,
  kind: 'value',
});

/** A column that holds JSON text. */
export const json = <Field extends TaskField>(field: Field): Column<Field, 'json'> => ({
  field,
  kind: 'json',
});

/** A column that holds a time up to the end of the calendar. */
export const plannedTime = <Field extends TaskField>(field: Field): Column<Field, 'plannedTime'> => ({
  field,
  kind: 'plannedTime',
});
