import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/api/client'
import type { Draft } from '@/api/studio'
import { openDraft, type Files } from './draft-store'

const draft = (version: number) => ({ id: 'd', version, problems: [], definitions: [] }) as unknown as Draft
const server = (save: (version: number, files: Files) => Promise<Draft>) => ({ read: async (file: string) => ({ name: file }), save })

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('an open draft', () => {
  it('undoes twenty steps and does them again', async () => {
    const open = openDraft(draft(1), server(async (version) => draft(version + 1)))
    await open.load('a')
    const first = open.store.getState().files.a
    for (let n = 1; n <= 20; n += 1) open.act(`step ${n}`, { a: { n } })
    for (let n = 0; n < 20; n += 1) open.undo()
    expect(open.store.getState().files.a).toEqual(first)
    open.undo()
    for (let n = 0; n < 20; n += 1) open.redo()
    expect(open.store.getState().files.a).toEqual({ n: 20 })
    open.undo()
    open.act('another', { a: { n: 0 } })
    expect(open.store.getState().future).toEqual([])
  })

  it('undoes letters typed into one box together', () => {
    const open = openDraft(draft(1), server(async (version) => draft(version + 1)))
    for (const label of ['P', 'Po', 'Port']) open.act('label', { a: { label } }, 'a.label')
    open.act('help', { a: { label: 'Port', help: 'x' } }, 'a.help')
    open.undo()
    expect(open.store.getState().files.a).toEqual({ label: 'Port' })
    open.undo()
    expect(open.store.getState().files.a).toBeNull()
  })

  it('saves what was gathered with the version it last heard of, one request at a time', async () => {
    const sent: [number, Files][] = []
    const answers: (() => void)[] = []
    const open = openDraft(draft(1), server((version, files) => new Promise((resolve) => {
      sent.push([version, files])
      answers.push(() => resolve(draft(version + 1)))
    })))
    open.act('one', { a: { n: 1 } })
    open.act('two', { b: { n: 2 } })
    expect(open.store.getState().saving).toBe('waiting')
    await vi.advanceTimersByTimeAsync(1000)
    open.act('three', { a: { n: 3 } })
    await vi.advanceTimersByTimeAsync(1000)
    expect(sent).toEqual([[1, { a: { n: 1 }, b: { n: 2 } }]])
    answers[0]?.()
    await vi.advanceTimersByTimeAsync(1000)
    expect(sent[1]).toEqual([2, { a: { n: 3 } }])
    answers[1]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(open.store.getState()).toMatchObject({ saving: 'saved', draft: { version: 3 } })
    expect(open.isSaved()).toBe(true)
  })

  it('keeps what could not be saved and sends it again', async () => {
    let broken = true
    const open = openDraft(draft(1), server(async (version, files) => {
      if (broken) throw new Error('offline')
      expect(files).toEqual({ a: { n: 1 } })
      return draft(version + 1)
    }))
    open.act('one', { a: { n: 1 } })
    await vi.advanceTimersByTimeAsync(1000)
    expect(open.store.getState().saving).toBe('failed')
    broken = false
    await open.flush()
    expect(open.store.getState().saving).toBe('saved')
  })

  it('stops where somebody else has saved the draft', async () => {
    let calls = 0
    const open = openDraft(draft(1), server(async () => {
      calls += 1
      throw new ApiError(409, 'draft_saved', '', [], {})
    }))
    open.act('one', { a: { n: 1 } })
    await vi.advanceTimersByTimeAsync(1000)
    open.act('two', { a: { n: 2 } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(calls).toBe(1)
    expect(open.store.getState().saving).toBe('outdated')
    expect(open.isSaved()).toBe(false)
  })
})
