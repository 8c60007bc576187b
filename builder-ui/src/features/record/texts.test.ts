import { describe, expect, it } from 'vitest'
import enFields from '@/locales/en/fields.json'
import enRecord from '@/locales/en/record.json'
import zhFields from '@/locales/zh_hans/fields.json'
import zhRecord from '@/locales/zh_hans/record.json'

/** All keys; Chinese has one plural where English has two. */
function keysOf(tree: object, before = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null ? keysOf(value as object, `${before}${key}.`) : [`${before}${key}`.replace(/_(one|other)$/, '')],
  )
}

describe('the texts of records and fields', () => {
  it.each([['record', enRecord, zhRecord], ['fields', enFields, zhFields]])('%s are whole in both languages', (_name, en, zh) => {
    expect([...new Set(keysOf(zh))].toSorted()).toEqual([...new Set(keysOf(en))].toSorted())
  })
})
