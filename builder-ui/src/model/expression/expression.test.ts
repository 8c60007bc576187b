// The fixtures that the engine's evaluator runs too: both must give the same.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Wire } from '../app'
import { Decimal } from './decimal'
import { evaluate, type Scope } from './evaluate'
import { fold } from './fold'
import { fillIn } from './message'
import { headerReads, placeOf } from './reads'
import { Fault } from './values'

interface Case {
  name: string
  source: string
  wire: Wire
  value?: unknown
  fault?: string
  unloaded?: boolean
  server?: boolean
  line?: number
  record?: Record<string, unknown>
}

interface World {
  now: string
  zone: string
  calendars_wire: NonNullable<Scope['calendars']>
  user: string
  people: Record<string, Record<string, unknown>>
  settings: Record<string, { default: unknown }>
  records: { id: string }[]
  record: Record<string, unknown> & { lines: Record<string, unknown>[] }
}

function read<T>(file: string): T {
  const path = `../../../../engine/kernel/tests/fixtures/expressions/${file}`
  return JSON.parse(readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')) as T
}

const world = read<World>('world.json')
const lets = read<Record<string, Wire>>('lets.json')

function scopeOf(one: Pick<Case, 'record' | 'line'>): Scope {
  const record = { ...world.record, ...one.record }
  const records = world.records.map((other) => [other.id, other] as const)
  const line = one.line === undefined ? undefined : record.lines[one.line]
  return {
    bare: line ?? record,
    doc: record,
    lets,
    settings: Object.fromEntries(Object.entries(world.settings).map(([name, setting]) => [name, setting.default])),
    user: { id: world.user, ...world.people[world.user] },
    now: new Date(world.now),
    zone: world.zone,
    calendars: world.calendars_wire,
    loaded: Object.fromEntries(records),
  }
}

/** Decimals by their value, whatever their trailing zeros. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'string') return value
  return Decimal.parse(value)?.normalize().toString() ?? value
}

function outcome(one: Case): unknown {
  try {
    const value = evaluate(one.wire, scopeOf(one))
    return value === undefined ? 'unknown' : { value: normal(value) }
  } catch (error) {
    if (error instanceof Fault) return { fault: error.code }
    throw error
  }
}

function expected(one: Case): unknown {
  if (one.server || one.unloaded) return 'unknown'
  return one.fault === undefined ? { value: normal(one.value) } : { fault: one.fault }
}

describe.each(['operators.json', 'nulls.json', 'rows.json', 'functions.json', 'likeness.json', 'paths.json', 'values.json', 'worktime.json'])('%s', (file) => {
  test.each(read<Case[]>(file).map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(outcome(one), one.source).toEqual(expected(one))
  })
})

describe('texts', () => {
  test.each(read<{ text: string; fold: string }[]>('folds.json').map((one) => [one.text, one.fold]))('%j is folded as in the engine', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })
})

describe('decimals', () => {
  test.each(read<[string, string, string, string | null][]>('decimals.json'))('%s %s %s gives what the engine gives', (left, operator, right, result) => {
    const wire = [operator, ['literal', left, 'decimal'], ['literal', right, 'decimal']]
    const scope = scopeOf({})
    if (result === null) expect(() => evaluate(wire, scope)).toThrow(Fault)
    else expect(normal(evaluate(wire, scope))).toBe(normal(result))
  })
})

function doc(name: string): Wire {
  return ['field', 'doc', name, 'plain']
}

describe('what an expression reads', () => {
  test('header fields of a line are told, through lets too', () => {
    expect(headerReads(['+', doc('rate'), ['let', 'base']], { base: ['*', ['field', 'bare', 'amount', 'decimal'], ['literal', '1', 'decimal']] })).toEqual(
      new Set(['rate', 'amount']),
    )
  })

  test('what the server computes may read anything', () => {
    expect(headerReads(['+', doc('rate'), ['server']], {})).toBeNull()
  })

  test('a currency is a path, a setting or a text', () => {
    expect(placeOf(['field', ['through', ['field', 'bare', 'partner', 'plain'], 'partner'], 'currency', 'plain'])).toEqual({ path: 'partner.currency', of: 'bare' })
    expect(placeOf(['setting', 'base_currency', 'plain'])).toEqual({ setting: 'base_currency' })
    expect(placeOf(['literal', 'EUR', 'plain'])).toEqual({ text: 'EUR' })
    expect(placeOf(['server'])).toBeNull()
  })
})

test('a message shows money and percentages as people read them', () => {
  const amount: Wire = ['field', 'bare', 'amount', 'decimal']
  const share: Wire = ['field', 'bare', 'discount', 'decimal']
  expect(fillIn(['At ', { expr: share, format: ['percent', 2] }, ' of ', { expr: amount, format: ['fixed', 3] }], scopeOf({}))).toBe('At 15 % of 1234.560')
})

test('a hostile expression comes to an end', () => {
  const lines: Wire = ['lines', 'bare', 'lines']
  let wire: Wire = ['literal', true, 'plain']
  for (let depth = 0; depth < 20; depth += 1) wire = ['aggregate', 'all', lines, wire]
  expect(() => evaluate(wire, scopeOf({}))).toThrow('too_much_work')
})
