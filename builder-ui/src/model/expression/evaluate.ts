// The interpreter of expressions: the JSON that the server sends (`engine/kernel/src/expression/wire.rs`), over records
// in wire form. Each expression is turned into functions once, so that a thousand lines cost little as one types.
import type { Wire } from '../app'
import { aggregate, call, dayIn, type Calendars } from './functions'
import {
  arithmetic, compare, Fault, fromWire, Moment, Row, same, toDecimal, toWire, unknown, Unknown,
  type Fields, type Value,
} from './values'

/** What an expression is evaluated over. */
export interface Scope {
  /** Whose fields are bare names: the form, or a line of it. */
  bare?: Fields
  /** The form, where `bare` is a line. */
  doc?: Fields
  row?: Fields
  old?: Fields
  new?: Fields
  vars?: Fields
  /** The entity's steps, by name. */
  lets?: Readonly<Record<string, Wire>>
  /** Values of settings. */
  settings: Readonly<Record<string, unknown>>
  /** The reader's record: `id`, `name`, `department`, `roles`. */
  user: Fields
  now: Date
  /** The firm's zone. */
  zone: string
  /** Calendars by name. */
  calendars?: Calendars | undefined
  /** Records that are at hand, by id, perhaps with some of their fields alone. */
  loaded?: Readonly<Record<string, Fields | undefined>>
}

interface Run {
  scope: Scope
  slots: (Value | Row)[]
  lets: Map<string, Value>
  steps: number
}

type Step = (run: Run) => Value

const maxSteps = 2_000_000

const prepared = new WeakMap<object, Step>()

/**
 * The value in wire form. Undefined where the browser cannot know it, and the server must compute.
 *
 * @throws {Fault} where it cannot be worked out at all: a division by zero.
 */
export function evaluate(wire: Wire, scope: Scope): unknown {
  try {
    return toWire(valueOf(wire, scope))
  } catch (error) {
    if (error instanceof Unknown) return undefined
    throw error
  }
}

/** The value as the interpreter holds it. Throws `Unknown` or `Fault`. */
export function valueOf(wire: Wire, scope: Scope): Value {
  return prepare(wire)({ scope, slots: [], lets: new Map(), steps: 0 })
}

function prepare(wire: Wire): Step {
  if (!Array.isArray(wire)) throw new Fault('type')
  const known = prepared.get(wire)
  if (known) return known
  const work = stepOf(wire as unknown[])
  const step: Step = (run) => {
    run.steps += 1
    if (run.steps > maxSteps) throw new Fault('too_much_work')
    return work(run)
  }
  prepared.set(wire, step)
  return step
}

function steps(list: unknown): Step[] {
  return Array.isArray(list) ? list.map(prepare) : []
}

/** Null does not hold. */
function truth(step: Step, run: Run): boolean {
  const value = step(run)
  if (value !== null && typeof value !== 'boolean') throw new Fault('type')
  return value === true
}

/** Whether a part comes to `wanted`; what is not known does not matter if another part decides. */
function until(parts: Iterable<() => boolean>, wanted: boolean): boolean {
  let missing = false
  for (const part of parts) {
    try {
      if (part() === wanted) return true
    } catch (error) {
      if (error instanceof Unknown) missing = true
      else if (missing) throw unknown
      else throw error
    }
  }
  if (missing) throw unknown
  return false
}

function stepOf(wire: unknown[]): Step {
  const [name, first, second, third] = wire
  switch (name) {
    case 'literal': {
      const value = typeof first === 'string' && second === 'plain' ? first : fromWireLater(first, String(second))
      return typeof value === 'function' ? value : () => value
    }
    case 'today':
      return ({ scope }) => dayIn(new Moment(scope.now.getTime()), scope.zone)
    case 'now':
      return ({ scope }) => new Moment(scope.now.getTime())
    case 'user':
      return ({ scope }) => (scope.user.id as string | undefined) ?? null
    case 'setting':
      return ({ scope }) => fromWire(scope.settings[String(first)] ?? null, String(second))
    case 'let':
      return (run) => letStep(String(first), run)
    case 'field':
      return field(first, String(second), String(third))
    case 'lines':
    case 'filter':
    case 'each': {
      const all = items(wire)
      return (run) => all(run) as Value[]
    }
    case 'slot':
      return (run) => slotValue(run, Number(first))
    case 'not': {
      const inner = prepare(first)
      return (run) => !truth(inner, run)
    }
    case 'neg': {
      const inner = prepare(first)
      return (run) => {
        const value = inner(run)
        return value === null ? null : typeof value === 'number' ? 0 - value : toDecimal(value).negate()
      }
    }
    case 'as_decimal': {
      const inner = prepare(first)
      return (run) => {
        const value = inner(run)
        return typeof value === 'number' ? toDecimal(value) : value
      }
    }
    case 'all':
    case 'any': {
      const parts = steps(first)
      const wanted = name === 'any'
      return (run) => until(parts.map((part) => () => truth(part, run)), wanted) === wanted
    }
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = [prepare(first), prepare(second)]
      return (run) => compare(name, left(run), right(run))
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%': {
      const [left, right] = [prepare(first), prepare(second)]
      return (run) => arithmetic(name, left(run), right(run))
    }
    case 'is_null': {
      const inner = prepare(first)
      return (run) => inner(run) === null
    }
    case 'in': {
      const [value, list] = [prepare(first), prepare(second)]
      return (run) => {
        const [found, all] = [value(run), list(run)]
        return Array.isArray(all) && all.some((item) => same(item, found))
      }
    }
    case '??': {
      const [value, otherwise] = [prepare(first), prepare(second)]
      return (run) => value(run) ?? otherwise(run)
    }
    case 'if': {
      const [condition, yes, no] = [prepare(first), prepare(second), prepare(third)]
      return (run) => (truth(condition, run) ? yes(run) : no(run))
    }
    case 'list': {
      const parts = steps(first)
      return (run) => parts.map((part) => part(run))
    }
    case 'map': {
      const entries = (first as [string, unknown][]).map(([key, value]) => [key, prepare(value)] as const)
      return (run) => new Map(entries.map(([key, value]) => [key, value(run)]))
    }
    case 'entry': {
      const map = prepare(first)
      return (run) => {
        const found = map(run)
        const value = found instanceof Map ? (found.get(String(second)) ?? null) : null
        // Of a field's parts the wire form is at hand.
        return typeof value === 'string' ? fromWire(value, String(third ?? 'plain')) : value
      }
    }
    case 'aggregate':
      return aggregateStep(String(first), second, third)
    case 'first': {
      const all = items(first)
      return (run) => all(run)[0] ?? null
    }
    case 'call': {
      const parts = steps(second)
      return (run) => call(String(first), parts.map((part) => idOf(part(run))), run.scope.zone, run.scope.calendars)
    }
    default:
      // `server`, `initiator`, and what a newer server sends.
      return () => {
        throw unknown
      }
  }
}

/** A literal that is wrong is a fault when it is worked out, not before. */
function fromWireLater(json: unknown, kind: string): Value | Step {
  try {
    return fromWire(json, kind)
  } catch (error) {
    return () => {
      throw error
    }
  }
}

function idOf(value: Value): Value {
  return value instanceof Row ? ((value.fields.id as string | undefined) ?? null) : value
}

function slotValue(run: Run, index: number): Value {
  return run.slots[index] ?? null
}

/** A step of the record's formulas, over the record and without the rows around it. */
function letStep(name: string, run: Run): Value {
  const known = run.lets.get(name)
  if (known !== undefined) return known
  const wire = run.scope.lets?.[name]
  if (wire === undefined) throw unknown
  const scope = { ...run.scope, bare: run.scope.doc ?? run.scope.bare }
  const inner: Run = { scope, slots: [], lets: run.lets, steps: run.steps }
  const value = prepare(wire)(inner)
  run.steps = inner.steps
  run.lets.set(name, value)
  return value
}

type Base = (run: Run) => Fields | null

/** The row whose field is read; null if there is none. */
function base(wire: unknown): Base {
  if (typeof wire === 'string') {
    if (wire === 'doc') return ({ scope }) => scope.doc ?? scope.bare ?? null
    return ({ scope }) => (scope[wire as 'bare' | 'row' | 'old' | 'new' | 'vars'] as Fields | undefined) ?? null
  }
  const [kind, of, entity] = wire as [string, unknown, string]
  if (kind === 'slot') {
    return (run) => {
      const item = run.slots[Number(of)]
      return item instanceof Row ? item.fields : null
    }
  }
  const reference = prepare(of)
  return (run) => {
    const id = reference(run)
    if (id === null) return null
    if (id instanceof Row) return id.fields
    if (entity === 'user' && id === run.scope.user.id) return run.scope.user
    const record = run.scope.loaded?.[String(id)]
    if (!record) throw unknown
    return record
  }
}

function field(of: unknown, name: string, kind: string): Step {
  const row = base(of)
  const isOther = Array.isArray(of) && of[0] === 'through'
  return (run) => {
    const fields = row(run)
    if (!fields) return null
    const value = fields[name]
    if (value !== undefined) return fromWire(value, kind)
    // Of a form, a field that is not there is empty; of another record, it has not been loaded.
    if (isOther) throw unknown
    return null
  }
}

/** The elements of a list. */
function items(wire: unknown): (run: Run) => (Value | Row)[] {
  const [name, first, second] = wire as unknown[]
  switch (name) {
    case 'lines': {
      const row = base(first)
      const isOther = Array.isArray(first) && first[0] === 'through'
      return (run) => {
        const lines = row(run)?.[String(second)]
        if (lines === undefined && isOther) throw unknown
        return Array.isArray(lines) ? lines.map((line) => new Row(line as Fields)) : []
      }
    }
    case 'filter': {
      const [over, condition] = [items(first), prepare(second)]
      return (run) => over(run).filter((item) => within(run, item, () => truth(condition, run)))
    }
    case 'each': {
      const [over, body] = [items(first), prepare(second)]
      return (run) => over(run).map((item) => within(run, item, () => body(run)))
    }
    default: {
      const list = prepare(wire)
      return (run) => {
        const value = list(run)
        if (value === null) return []
        if (!Array.isArray(value)) throw new Fault('type')
        return value
      }
    }
  }
}

/** Does something with an element in its slot. */
function within<T>(run: Run, item: Value | Row, work: () => T): T {
  run.slots.push(item)
  try {
    return work()
  } finally {
    run.slots.pop()
  }
}

function aggregateStep(how: string, over: unknown, body: unknown): Step {
  const all = items(over)
  const step = body === null ? undefined : prepare(body)
  if (how === 'any' || how === 'all') {
    const wanted = how === 'any'
    const holds = (run: Run, item: Value | Row): boolean => (step ? within(run, item, () => truth(step, run)) : item === true)
    return (run) => until(all(run).map((item) => () => holds(run, item)), wanted) === wanted
  }
  if (how === 'count' && !step) return (run) => all(run).length
  return (run) => aggregate(how, all(run).map((item) => (step ? within(run, item, () => step(run)) : item)))
}
