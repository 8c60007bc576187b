/** Server-sent events: what changed elsewhere refreshes here. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { create } from 'zustand'
import { onSignal } from '@/api/client'
import { keys } from '@/api/keys'
import type { NotificationPage } from '@/api/notifications'
import { usePresence, type Editors } from '@/api/presence'

interface Connection {
  lost: boolean
  /** A version of the definitions newer than the one on screen. */
  published: number | null
}

export const useConnection = create<Connection>(() => ({ lost: false, published: null }))

/** A busy import changes thousands of records: lists are refreshed at most this often. */
const calm = 2500

export function calmRefresh(refresh: (entity: string) => void, wait = calm): { note: (entity: string) => void; stop: () => void } {
  const waiting = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | null = null
  const flush = () => {
    timer = null
    const entities = [...waiting]
    waiting.clear()
    entities.forEach(refresh)
  }
  return {
    note(entity) {
      waiting.add(entity)
      timer ??= setTimeout(flush, wait)
    },
    stop() {
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}

interface ChangeEvent {
  entity: string
  id: string
  version: number
}

function parse<T>(event: Event): T | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T
  } catch {
    return null
  }
}

function onChange(client: QueryClient, note: (entity: string) => void, change: ChangeEvent): void {
  const known = client.getQueryData<{ record?: { version?: number } }>(keys.record(change.entity, change.id))
  // Our own save comes back as an event: what is on screen is that version already.
  if (known?.record?.version !== change.version) {
    void client.invalidateQueries({ queryKey: keys.record(change.entity, change.id) })
  }
  void client.invalidateQueries({ queryKey: keys.timeline(change.entity, change.id) })
  note(change.entity)
}

export function useServerEvents(version: number): void {
  const client = useQueryClient()
  useEffect(() => {
    const source = new EventSource('/api/events')
    const lists = calmRefresh((entity) => {
      void client.invalidateQueries({ queryKey: [...keys.entity(entity), 'list'] })
      void client.invalidateQueries({ queryKey: [...keys.entity(entity), 'count'] })
    })
    let opened = false
    let late: ReturnType<typeof setTimeout> | null = null
    source.addEventListener('hello', (event) => {
      usePresence.setState({ stream: parse<{ stream: string }>(event)?.stream ?? null })
    })
    source.addEventListener('editors', (event) => {
      const told = parse<Editors>(event)
      if (told) usePresence.setState({ told })
    })
    source.addEventListener('change', (event) => {
      const change = parse<ChangeEvent>(event)
      if (change) onChange(client, lists.note, change)
    })
    source.addEventListener('notification', (event) => {
      const news = parse<{ unread: number }>(event)
      if (news) client.setQueryData<NotificationPage>(keys.notifications, (page) => page && { ...page, unread: news.unread })
      void client.invalidateQueries({ queryKey: keys.notifications })
    })
    source.addEventListener('tasks', (event) => {
      const news = parse<{ count: number }>(event)
      if (news) client.setQueryData(keys.taskCount, news)
      void client.invalidateQueries({ queryKey: keys.tasks })
      void client.invalidateQueries({ queryKey: keys.instances })
    })
    source.addEventListener('published', (event) => {
      const news = parse<{ version: number }>(event)
      if (news && news.version !== version) useConnection.setState({ published: news.version })
    })
    source.addEventListener('publication', () => {
      void client.invalidateQueries({ queryKey: keys.publications })
    })
    source.addEventListener('open', () => {
      if (late) clearTimeout(late)
      late = null
      useConnection.setState({ lost: false })
      // What happened while we were away was not told.
      if (opened) void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' && query.queryKey[0] !== 'app' })
      opened = true
    })
    source.addEventListener('error', () => {
      usePresence.setState({ stream: null })
      late ??= setTimeout(() => useConnection.setState({ lost: true }), 4000)
    })
    return () => {
      source.close()
      lists.stop()
      if (late) clearTimeout(late)
    }
  }, [client, version])

  useEffect(() => onSignal((signal) => {
    if (signal === 'unreachable') useConnection.setState({ lost: true })
    if (signal === 'reachable' && useConnection.getState().lost) useConnection.setState({ lost: false })
  }), [])
}
