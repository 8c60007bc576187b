import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Schema } from '@/model/json-schema'
import { shapeOf, startOf, variantOf, withPart } from './schema'
import { isSaid } from './meaning'
import { helpOf, sentenceOf } from './words'

const formats = ['workflow', 'entity', 'form', 'menu', 'mapping', 'import', 'calendar', 'pack', 'view', 'decision', 'role'] as const
const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as unknown
const schema = (kind: string) => read(`../../../../definitions/schemas/${kind}.json`) as Schema
const workflow = schema('workflow')

describe('the format of a workflow', () => {
  const node: Schema = { $ref: '#/$defs/NodeDefinition' }
  it('tells a node by its type, and what it begins with', () => {
    const shape = shapeOf(workflow, node)
    if (shape.kind !== 'one_of') throw new Error('not one of several')
    expect(shape.variants.map((one) => one.key)).toContain('approval')
    const made = startOf(workflow, shape.variants.find((one) => one.key === 'end')?.schema ?? {})
    expect(made).toEqual({ type: 'end', outcome: '' })
    expect(variantOf(workflow, shape.variants, made)?.key).toBe('end')
  })
  it('tells people by a word, a property, and several ways of one', () => {
    const shape = shapeOf(workflow, { $ref: '#/$defs/ApproverSource' })
    if (shape.kind !== 'one_of') throw new Error('not one of several')
    const of = (value: Parameters<typeof variantOf>[2]) => variantOf(workflow, shape.variants, value)?.key
    expect([of('initiator'), of({ role: 'hr' }), of({ role: 'hr', in: 'initiator_department' }), of({ manager: { of: 'initiator' } })]).toEqual(['initiator', 'role', 'role', 'manager'])
  })
  it('leaves a condition to its sentence', () => {
    expect(shapeOf(workflow, { $ref: '#/$defs/Condition' })).toEqual({ kind: 'condition' })
  })
  it('tells a switch that can be left to what is usual', () => {
    expect(shapeOf(workflow, { type: ['boolean', 'null'] })).toEqual({ kind: 'switch', asUsual: true })
  })
})

describe('a part', () => {
  it('comes where the format has it, and keeps its place when it changes', () => {
    expect(Object.keys(withPart({ from: [], to: 'x' }, 'label', 'Go', ['label', 'from', 'to']))).toEqual(['label', 'from', 'to'])
    expect(Object.keys(withPart({ from: [], to: 'x' }, 'confirm', 'Sure?', ['label', 'from', 'to', 'confirm']))).toEqual(['from', 'to', 'confirm'])
    expect(withPart({ from: [], to: 'x' }, 'to', undefined, ['from', 'to'])).toEqual({ from: [] })
  })
})

describe('what the format knows', () => {
  /** All properties and words of a schema. */
  const words = (root: Schema) => {
    const properties = new Set<string>()
    const said = new Set<string>()
    const walk = (one: Schema) => {
      for (const [key, inner] of Object.entries(one.properties ?? {})) {
        if (inner.const === undefined && key !== '$schema') properties.add(key)
        walk(inner)
      }
      for (const word of [one.const, ...(one.enum ?? [])]) if (typeof word === 'string') said.add(word)
      for (const inner of [...(one.anyOf ?? []), ...(one.oneOf ?? []), ...Object.values(one.$defs ?? {}), ...Object.values(one.patternProperties ?? {}), ...(one.items ? [one.items] : [])]) walk(inner)
    }
    walk(root)
    return { properties, said }
  }
  it.each(['en', 'zh_hans'])('has a name in %s, so that everything can be changed by who reads no format', (language) => {
    const texts = read(`../../locales/${language}/format.json`) as { names: Record<string, string>; words: Record<string, string> }
    const missing = formats.flatMap((kind) => {
      const { properties, said } = words(schema(kind))
      const kindsAreNotChosen = new Set<string>(formats)
      return [
        ...[...properties].filter((key) => !(key in texts.names)).map((key) => `names.${key}`),
        ...[...said].filter((word) => !(word in texts.words) && !(word in texts.names) && !kindsAreNotChosen.has(word)).map((word) => `words.${word}`),
      ]
    })
    expect([...new Set(missing)]).toEqual([])
  })
  it('explains itself in Chinese as far as in its own language, and of nothing that is no more', () => {
    const sentences = new Set<string>()
    const walk = (one: Schema) => {
      for (const [key, inner] of Object.entries(one.properties ?? {})) {
        // Names are not changed where they stand.
        const said = ['name', 'renamed_from', '$schema'].includes(key) || inner.const !== undefined ? null : sentenceOf(inner.description)
        if (said) sentences.add(said)
        walk(inner)
      }
      for (const inner of [...(one.anyOf ?? []), ...(one.oneOf ?? []), ...Object.values(one.$defs ?? {}), ...Object.values(one.patternProperties ?? {}), ...(one.items ? [one.items] : [])]) walk(inner)
    }
    for (const kind of formats) walk(schema(kind))
    const known = read('help.zh_hans.json') as Record<string, string>
    expect([...sentences].filter((one) => !(one in known))).toEqual([])
    expect(Object.keys(known).filter((one) => !sentences.has(one))).toEqual([])
    expect(Object.values(known).filter((text) => !/[\u3400-\u9fff]/.test(text) || /[\u3400-\u9fff][,;:?!]|[,;:?!][\u3400-\u9fff]/.test(text))).toEqual([])
  })
  it('says under a control what its label does not', () => {
    expect(helpOf('A hint under the field.', 'Help', null)).toBe('A hint under the field.')
    expect(helpOf('A hint under the field.', '提示', { 'A hint under the field.': '显示在字段下方。' })).toBe('显示在字段下方。')
    expect([helpOf('Fields that are set.', 'Fields that are set', null), helpOf('Whom.', 'To', null), helpOf(undefined, 'To', null)]).toEqual([undefined, undefined, undefined])
  })
  it('says texts for people in their language', () => {
    expect(['label', 'message', 'confirm'].every(isSaid)).toBe(true)
  })
})
