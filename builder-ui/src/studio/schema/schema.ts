/**
 * What a definition may hold, read from its JSON Schema, so that whatever the format knows has a control: a box, a choice,
 * a list, a keyed list, parts. Pure.
 */
import type { Json } from '@/model/definition'
import type { Schema } from '@/model/json-schema'

export interface Part {
  key: string
  schema: Schema
  required: boolean
}

/** One of several ways to say something. */
export interface Variant {
  /** A word, the property that only this way has, or how it is written: `text`, `list`. */
  key: string
  schema: Schema
}

export type Shape =
  /** `asUsual`: neither yes nor no is a third answer. */
  | { kind: 'switch'; asUsual: boolean }
  | { kind: 'number' }
  | { kind: 'text'; of: string }
  | { kind: 'condition' }
  | { kind: 'word'; word: string }
  | { kind: 'list'; of: Schema }
  | { kind: 'keyed'; of: Schema }
  /** `name`: what the format calls it, so that the same property can be told apart in two places. */
  | { kind: 'parts'; name: string; parts: Part[] }
  | { kind: 'one_of'; name: string; variants: Variant[] }
  | { kind: 'any' }

const nameOf = (ref: string | undefined): string => ref?.slice('#/$defs/'.length) ?? ''
const isNull = (schema: Schema): boolean => schema.type === 'null'

/** Follows references, and passes over what only says that it may be left out. */
function plain(root: Schema, schema: Schema, name = ''): { schema: Schema; name: string } {
  if (schema.$ref) return plain(root, root.$defs?.[nameOf(schema.$ref)] ?? {}, nameOf(schema.$ref))
  const several = schema.anyOf ?? schema.oneOf
  const rest = several?.filter((one) => !isNull(one))
  if (several && rest?.length === 1 && rest[0] && several.length === 2) return plain(root, rest[0], name)
  return { schema, name }
}

export function shapeOf(root: Schema, given: Schema, fallback = ''): Shape {
  const { schema, name } = plain(root, given)
  if (name === 'Condition') return { kind: 'condition' }
  if (schema.const !== undefined) return { kind: 'word', word: String(schema.const) }
  const several = (schema.anyOf ?? schema.oneOf)?.filter((one) => !isNull(one))
  if (several) return { kind: 'one_of', name: name || fallback, variants: several.flatMap((one) => variants(root, one)) }
  if (schema.enum) return { kind: 'one_of', name: name || fallback, variants: schema.enum.filter((word) => word !== null).map((word) => ({ key: String(word), schema: { const: word } })) }
  const types = Array.isArray(schema.type) ? schema.type.filter((type) => type !== 'null') : [schema.type]
  switch (types.length === 1 ? types[0] : undefined) {
    case 'boolean': return { kind: 'switch', asUsual: Array.isArray(schema.type) }
    case 'integer':
    case 'number': return { kind: 'number' }
    case 'string': return { kind: 'text', of: name }
    case 'array': return schema.items ? { kind: 'list', of: schema.items } : { kind: 'any' }
    case 'object': {
      if (schema.properties) {
        const parts = Object.entries(schema.properties).filter(([key, one]) => key !== '$schema' && one.const === undefined)
        return { kind: 'parts', name: name || fallback, parts: parts.map(([key, one]) => ({ key, schema: one, required: schema.required?.includes(key) ?? false })) }
      }
      const of = Object.values(schema.patternProperties ?? {})[0] ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
      return of ? { kind: 'keyed', of } : { kind: 'any' }
    }
    default: return { kind: 'any' }
  }
}

/** The ways that one way stands for: what is itself a choice of words is taken apart. */
function variants(root: Schema, given: Schema): Variant[] {
  const shape = shapeOf(root, given)
  const { schema } = plain(root, given)
  switch (shape.kind) {
    case 'word': return [{ key: shape.word, schema }]
    case 'one_of': return shape.variants
    case 'parts': {
      const tag = Object.values(schema.properties ?? {}).find((one) => one.const !== undefined)
      return [{ key: tag ? String(tag.const) : (shape.parts.find((part) => part.required)?.key ?? 'details'), schema: given }]
    }
    default: return [{ key: shape.kind, schema: given }]
  }
}

const isObject = (value: Json | undefined): value is Record<string, Json> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The way in which a value is said; none if in no known one. */
export function variantOf(root: Schema, all: readonly Variant[], value: Json | undefined): Variant | undefined {
  const fits = ({ schema: given }: Variant): boolean => {
    const { schema } = plain(root, given)
    const shape = shapeOf(root, given)
    switch (shape.kind) {
      case 'word': return value === schema.const
      case 'switch': return typeof value === 'boolean'
      case 'number': return typeof value === 'number'
      case 'text': return typeof value === 'string'
      case 'condition': return value !== undefined && value !== null && typeof value !== 'boolean'
      case 'list': return Array.isArray(value)
      case 'keyed': return isObject(value)
      case 'parts': {
        if (!isObject(value)) return false
        const known = schema.properties ?? {}
        return (schema.required ?? []).every((key) => key in value && (known[key]?.const === undefined || known[key].const === value[key]))
      }
      default: return value !== undefined
    }
  }
  // A word is also a text: what says most exactly is asked first.
  return all.find((one) => shapeOf(root, one.schema).kind === 'word' && fits(one)) ?? all.find(fits)
}

/** What something begins with. */
export function startOf(root: Schema, given: Schema): Json {
  const { schema } = plain(root, given)
  const shape = shapeOf(root, given)
  switch (shape.kind) {
    case 'switch': return true
    case 'number': return 1
    case 'text': return shape.of === 'Period' ? '1 days' : shape.of === 'Ratio' ? '1/2' : ''
    case 'condition': return 'true'
    case 'word': return schema.const ?? shape.word
    case 'list': return []
    case 'keyed': return {}
    case 'one_of': return shape.variants[0] ? startOf(root, shape.variants[0].schema) : null
    case 'parts': return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key, one]) => one.const !== undefined || schema.required?.includes(key)).map(([key, one]) => [key, startOf(root, one)]))
    case 'any': return ''
  }
}

/** The same with one part of it; undefined takes it away. New ones stand where the format has them. */
export function withPart(value: Record<string, Json>, key: string, part: Json | undefined, order: readonly string[]): Record<string, Json> {
  if (part === undefined) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  if (key in value) return Object.fromEntries(Object.entries(value).map(([name, old]) => [name, name === key ? part : old]))
  const before = new Set(order.slice(0, order.indexOf(key)))
  const entries = Object.entries(value)
  const at = entries.findLastIndex(([name]) => before.has(name)) + 1
  return Object.fromEntries([...entries.slice(0, at), [key, part], ...entries.slice(at)])
}
