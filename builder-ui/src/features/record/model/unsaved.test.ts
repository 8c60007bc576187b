import { beforeEach, describe, expect, it } from 'vitest'
import { dropUnsaved, keepUnsaved, readUnsaved, sweepUnsaved, unsavedKey } from './unsaved'

const key = unsavedKey('u1', 'request', 'r1')
const unsaved = { at: '2026-11-21T10:00:00.000Z', base: { version: 1 }, values: { notes: 'typed' }, edited: ['notes'] }

beforeEach(() => localStorage.clear())

describe('unsaved input', () => {
  it('is there again after a reload, for the same person and record only', () => {
    keepUnsaved(key, unsaved)
    expect(readUnsaved(key)).toEqual(unsaved)
    expect(readUnsaved(unsavedKey('u2', 'request', 'r1'))).toBeNull()
    expect(readUnsaved(unsavedKey('u1', 'request', null))).toBeNull()
  })

  it('goes when it is saved or discarded', () => {
    keepUnsaved(key, unsaved)
    dropUnsaved(key)
    expect(readUnsaved(key)).toBeNull()
  })

  it('does not stop the typing where the storage is full', () => {
    const full = { setItem: () => { throw new DOMException('full', 'QuotaExceededError') } } as unknown as Storage
    expect(keepUnsaved(key, unsaved, full)).toBe(false)
  })

  it('is ignored where it is damaged', () => {
    localStorage.setItem(key, '{"at":')
    expect(readUnsaved(key)).toBeNull()
  })

  it('is swept away when it is old', () => {
    keepUnsaved(key, unsaved)
    localStorage.setItem('other', 'stays')
    sweepUnsaved(30, new Date('2026-12-01T00:00:00Z'))
    expect(readUnsaved(key)).not.toBeNull()
    sweepUnsaved(30, new Date('2027-01-01T00:00:00Z'))
    expect(readUnsaved(key)).toBeNull()
    expect(localStorage.getItem('other')).toBe('stays')
  })
})
