// The fixtures of conditions under which a value must be there, which the engine's saves run too.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { AppModel, Field, Wire } from '@/model/app'
import type { SessionUser } from '@/model/session'
import { checkRecord } from './check'
import { holds, isRequired } from './evaluate'
import { createEvaluator } from './evaluator'
import { field, requestEntity } from './fixture'
import type { Values } from './store'

interface Written {
  type: Field['type']
  fields?: Record<string, Written>
}

interface Fixture {
  entity: { fields: Record<string, Written> }
  wires: Record<string, Wire>
  cases: { name: string; values: Values; missing: string[] }[]
}

const file = '../../../../../engine/kernel/tests/fixtures/drafts/required.json'
const fixture = JSON.parse(readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8')) as Fixture

function told(fields: Record<string, Written>, before = ''): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, written]) => {
      const [when, visible] = [fixture.wires[before + name], fixture.wires[`${before}${name}.visible`]]
      const inner = written.fields && { fields: told(written.fields, `${name}.`) }
      return [name, field(name, written.type, { ...(when ? { required_when: when } : {}), ...(visible ? { visible } : {}), ...inner })]
    }),
  )
}

describe('a value is asked for while its condition holds', () => {
  const entity = requestEntity({ fields: told(fixture.entity.fields), rules: {}, order: [] })
  test.each(fixture.cases)('$name', ({ values, missing }) => {
    const evaluator = createEvaluator(entity, { settings: {} } as unknown as AppModel, {} as SessionUser, {})
    const isVisible = (path: string) => holds(evaluator, entity.fields[path]?.visible, { values }, true)
    const isNeeded = (one: Field, at = {}) => isRequired(evaluator, one, { values, ...at })
    expect(checkRecord(entity, values, isVisible, isNeeded).map(({ path }) => path)).toEqual(missing)
  })
})
