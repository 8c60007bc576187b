import { describe, expect, it } from 'vitest'
import { requestEntity } from './fixture'
import { mentionAt, readChanges, readComment, writeComment } from './timeline'

describe('the history of a record', () => {
  it('names fields by their labels and brings the changes of a line together', () => {
    const item = { at: '', kind: 'change', changes: [
      { path: 'day', old: null, new: '2026-11-21' },
      { path: 'lines.a.quantity', old: '1', new: '2' },
      { path: 'lines.a.price', old: '3', new: '4' },
      { path: 'lines.z', old: { id: 'z', quantity: '9', amount: '1' }, new: null },
      { path: 'secret', old: '1', new: '2' },
    ] }
    const changes = readChanges(item, requestEntity(), { lines: [{ id: 'b' }, { id: 'a' }] })
    expect(changes.fields).toEqual([{ path: 'day', label: 'Day', old: null, new: '2026-11-21' }])
    expect(changes.lines).toMatchObject([
      { line: 2, kind: 'changed', fields: [{ label: 'Quantity', old: '1', new: '2' }, { label: 'Price' }] },
      { line: null, kind: 'removed', fields: [{ label: 'Quantity', old: '9', new: null }] },
    ])
  })
})

describe('a value that is worked out', () => {
  it('is told if the form shows it, and left out if only the engine reads it', () => {
    const entity = requestEntity()
    const key = { name: 'key', type: 'text' as const, label: 'Key of the name', required: false, unique: false, writable: false, server: false, formula: ['text', 'x'] as never }
    const item = { at: '', kind: 'change', changes: [{ path: 'key', old: 'A', new: 'B' }] }
    const hidden = { ...entity, fields: { ...entity.fields, key } }
    expect(readChanges(item, hidden, {}).fields).toEqual([])
    const shown = { ...hidden, form: { layout: [{ key: 'head', kind: 'section' as const, fields: [{ name: 'key', span: 1 }] }] } }
    expect(readChanges(item, shown, {}).fields).toMatchObject([{ label: 'Key of the name', new: 'B' }])
  })
})

describe('a comment', () => {
  it('is cut into text and mentions', () => {
    expect(readComment('Hi @[Li Wei](u-1), see @[张伟](u2)')).toEqual([
      { text: 'Hi ' }, { mention: 'Li Wei', id: 'u-1' }, { text: ', see ' }, { mention: '张伟', id: 'u2' },
    ])
  })

  it('is sent with the people that were chosen', () => {
    expect(writeComment('@Li Wei and @Li please', new Map([['Li', '1'], ['Li Wei', '2']]))).toBe('@[Li Wei](2) and @[Li](1) please')
    expect(writeComment(' plain @nobody ', new Map())).toBe('plain @nobody')
  })

  it('offers people where an @ begins a word, not inside a mail address', () => {
    expect(mentionAt('ask @li', 7)).toEqual({ start: 4, word: 'li' })
    expect(mentionAt('请@', 2)).toEqual({ start: 1, word: '' })
    expect(mentionAt('好， @张', 5)).toEqual({ start: 3, word: '张' })
    expect(mentionAt('a@b', 3)).toBeNull()
  })
})
