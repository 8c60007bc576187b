// The fixtures of forms as they are filled in, which the engine's drafts run too.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { AppModel, EntityModel, Field, Wire } from '@/model/app'
import type { Scalar } from '@/model/record'
import type { SessionUser } from '@/model/session'
import { createCompute } from './compute'
import { createEvaluator } from './evaluator'
import { field, requestEntity } from './fixture'
import { valueAt } from './paths'
import { createRecordForm, type Values } from './store'

interface Written {
  type: Field['type']
  scale?: number
  formula?: string
  compute?: object
  fields?: Record<string, Written>
}

interface Fixture {
  entity: { fields: Record<string, Written> }
  wires: Record<string, Wire>
  order: string[]
  start: Values
  cases: { name: string; steps: { set: Record<string, Scalar>; expect: Record<string, Scalar> }[] }[]
}

const file = '../../../../../engine/kernel/tests/fixtures/drafts/overrides.json'
const fixture = JSON.parse(readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')) as Fixture

/** The fields as the app model tells them. */
function told(fields: Record<string, Written>, before = ''): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, written]) => {
      const wire = fixture.wires[before + name] as Wire
      const more: Partial<Field> = {
        ...(written.scale === undefined ? {} : { scale: written.scale }),
        ...(written.formula === undefined ? {} : { formula: wire, writable: false }),
        ...(written.compute === undefined ? {} : { compute: { value: wire } }),
        ...(written.fields === undefined ? {} : { fields: told(written.fields, `${name}.`) }),
      }
      return [name, field(name, written.type, more)]
    }),
  )
}

const entity: EntityModel = requestEntity({
  fields: told(fixture.entity.fields),
  order: fixture.order.map((target) => ({ target })),
})

describe('an overridden value stays until its inputs change', () => {
  test.each(fixture.cases)('$name', ({ steps }) => {
    const evaluator = createEvaluator(entity, { settings: {} } as unknown as AppModel, {} as SessionUser, {})
    const compute = createCompute(entity, evaluator)
    const form = createRecordForm(entity, compute(null, fixture.start, new Set()), {}, compute)
    for (const step of steps) {
      form.setMany(Object.entries(step.set).map(([path, value]) => ({ path, value })))
      for (const [path, value] of Object.entries(step.expect)) {
        expect(Number(valueAt(form.store.getState().values, path)), path).toBe(Number(value))
      }
    }
  })
})
