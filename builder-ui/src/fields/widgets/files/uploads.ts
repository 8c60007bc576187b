// Files on their way to the server, by the place that they are for. They go on while a tab of the form is closed, a few
// at a time.
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import { createStore } from 'zustand/vanilla'
import { ApiError, ConnectionError } from '@/api/client'
import { type Sending, sendFile } from '@/api/files'
import { type FileInfo, PICTURES } from '@/model/files'
import { newId } from '@/model/new-id'

/** So many are sent at once; the others wait. */
const AT_ONCE = 3

export interface Upload {
  key: string
  /** How many were taken before it. */
  at: number
  place: string
  file: File
  state: 'waiting' | 'going' | 'failed'
  /** Bytes that have gone. */
  gone: number
  /** Why it failed, as a key of `fields:problem`. */
  problem?: string
  values?: Record<string, string | number>
  /** Whether it may go better a second time. */
  again?: boolean
}

export interface Taking {
  /** The most files of the place, and how many it has. */
  most: number
  has: number
  /** The most bytes of a file. */
  largest: number
  /** Whether only pictures fit. */
  pictures: boolean
  onDone(file: FileInfo): void
}

const store = createStore<{ all: readonly Upload[] }>(() => ({ all: [] }))
/** The order in which files were taken, by their ids: small ones arrive before large ones that were chosen first. */
const order = new Map<string, number>()
let count = 0
const sendings = new Map<string, Sending>()
const takers = new Map<string, (file: FileInfo) => void>()

function change(key: string, by: Partial<Upload>): void {
  store.setState(({ all }) => ({ all: all.map((one) => (one.key === key ? { ...one, ...by } : one)) }))
}

export function useUploads(place: string): readonly Upload[] {
  return useStore(store, useShallow(({ all }) => all.filter((one) => one.place === place)))
}

/** Takes files for a place. Those that cannot fit are told at once, without being sent. */
export function takeFiles(place: string, files: readonly File[], taking: Taking): void {
  const waiting = store.getState().all.filter((one) => one.place === place && one.state !== 'failed').length
  // One picture takes the place of the one before.
  let room = taking.most === 1 ? 1 : taking.most - taking.has - waiting
  const all = files.map((file): Upload => {
    const upload: Upload = { key: newId(), at: count++, place, file, state: 'waiting', gone: 0 }
    const wrong = misfit(file, taking)
    if (wrong) return { ...upload, state: 'failed', ...wrong }
    if (room <= 0) return { ...upload, state: 'failed', problem: 'too_many_files', values: { most: taking.most } }
    room -= 1
    takers.set(upload.key, taking.onDone)
    return upload
  })
  store.setState((state) => ({ all: [...state.all, ...all] }))
  pump()
}

function misfit(file: File, taking: Taking): Pick<Upload, 'problem' | 'values'> | null {
  if (file.size === 0) return { problem: 'file_empty' }
  if (file.size > taking.largest) return { problem: 'file_too_large', values: { most: Math.floor(taking.largest / (1 << 20)) } }
  if (taking.pictures && !PICTURES.includes(file.type)) return { problem: 'no_picture', values: { name: file.name } }
  return null
}

function pump(): void {
  const { all } = store.getState()
  const going = all.filter((one) => one.state === 'going').length
  for (const one of all.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, AT_ONCE - going))) void send(one)
}

/** The files with one more, at the place in which it was chosen. */
export function withFile(ids: readonly string[], id: string): string[] {
  const rest = ids.filter((one) => one !== id)
  const mine = order.get(id) ?? Infinity
  const before = rest.findIndex((one) => (order.get(one) ?? -1) > mine)
  return before < 0 ? [...rest, id] : rest.toSpliced(before, 0, id)
}

async function send({ key, at, file }: Upload): Promise<void> {
  change(key, { state: 'going', gone: 0 })
  const sending = sendFile(file, (gone) => change(key, { gone }))
  sendings.set(key, sending)
  try {
    const info = await sending.done
    const take = takers.get(key)
    order.set(info.id, at)
    forget(key)
    take?.(info)
  } catch (error) {
    if (!(error instanceof DOMException)) change(key, { state: 'failed', ...reason(error) })
  } finally {
    sendings.delete(key)
    pump()
  }
}

const KNOWN = new Set(['file_empty', 'too_many_loose', 'too_many_uploads', 'too_slow'])

function reason(error: unknown): Pick<Upload, 'problem' | 'again'> {
  if (error instanceof ConnectionError) return { problem: 'no_connection', again: true }
  if (!(error instanceof ApiError)) return { problem: 'upload_failed', again: true }
  if (error.code === 'too_large') return { problem: 'file_too_large_there', again: false }
  const code = error.code === 'invalid' ? (error.details[0]?.code ?? '') : error.code
  return { problem: KNOWN.has(code) ? code : 'upload_failed', again: error.code !== 'invalid' }
}

function forget(key: string): void {
  takers.delete(key)
  store.setState(({ all }) => ({ all: all.filter((one) => one.key !== key) }))
}

/** Stops an upload, or takes a failed one off the screen. */
export function dropUpload(key: string): void {
  sendings.get(key)?.stop()
  forget(key)
  pump()
}

export function retryUpload(key: string): void {
  change(key, { state: 'waiting', gone: 0 })
  pump()
}
