// The narrow door to the interpreter of expressions: what a form asks of it, in wire values.
import type { Field, Wire } from '@/model/app'
import type { Line, PortolanRecord, Scalar } from '@/model/record'

/** What an expression is evaluated over: the form, and a line of it where the expression belongs to one. */
export interface Place {
  values: Partial<PortolanRecord>
  table?: string
  line?: Line
}

/** Undefined where the browser cannot know: a record that is not loaded, a fault, a function of the server. */
export interface Evaluator {
  value(wire: Wire, place: Place): Scalar | undefined
  /** Names of header fields that an expression reads. Null where that cannot be told: then it may read all. */
  headerFields(wire: Wire): ReadonlySet<string> | null
}

/** Whether a condition holds; where the browser cannot know, what is given. */
export function holds(evaluator: Evaluator, wire: Wire | undefined, place: Place, otherwise: boolean): boolean {
  if (wire === undefined || wire === null) return otherwise
  const value = evaluator.value(wire, place)
  return value === undefined ? otherwise : value === true
}

/** Whether a value must be there; where the browser cannot know, the server will say. */
export function isRequired(evaluator: Evaluator, field: Field, place: Place): boolean {
  return field.required || holds(evaluator, field.required_when, place, false)
}
