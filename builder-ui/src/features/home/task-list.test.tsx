import { describe, expect, it } from 'vitest'
import { dueState } from './task-list'

describe('a deadline', () => {
  const now = Date.parse('2026-11-23T10:00:00Z')
  it('is over, soon, or later', () => {
    expect(dueState('2026-11-23T10:00:00Z', now)).toBe('over')
    expect(dueState('2026-11-24T09:59:00Z', now)).toBe('soon')
    expect(dueState('2026-11-25T10:00:00Z', now)).toBe('later')
  })
})
