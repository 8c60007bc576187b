/** Views that people keep under a name, for themselves or for others. */
import type { Color } from '@/model/app'
import type { Condition } from '@/model/filter'
import { del, get, patch, post } from './client'

export interface ViewSettings {
  /** The view of a pack that it began as. */
  view: string
  type?: 'list' | 'kanban' | 'calendar'
  columns?: string[]
  widths?: Record<string, number>
  pinned?: number
  density?: 'comfortable' | 'compact'
  sort?: string[]
  filter?: { match: 'all' | 'any'; conditions: Condition[] }
  q?: string
  colors?: { color: Color; when: Condition }[]
  by?: string
  sum?: string
  from?: string
  to?: string
}

export type Shared = { all: true } | { roles: string[] } | null

export interface KeptView {
  id: string
  label: string
  entity: string
  version: number
  mine: boolean
  owner: string | null
  can_change: boolean
  shared: Shared
  settings?: ViewSettings
  /** Why the reader cannot have it: it needs something that they may not see, or that is no more. */
  unavailable?: 'hidden' | 'gone'
}

export interface KeptViews {
  views: KeptView[]
  /** What is seen first, by the view of a pack whose place it is: the name of another, or the id of a kept one. */
  choices: Record<string, string>
  /** With whom the reader can share. */
  roles: { name: string; label: string }[]
}

export interface WantedView {
  id?: string
  label: string
  shared: Shared
  settings: ViewSettings
}

export const readViews = () => get<KeptViews>('/api/views')
export const keepView = (wanted: WantedView) => post<KeptViews & { id: string }>('/api/views', wanted)
export const changeView = (id: string, version: number, wanted: Omit<WantedView, 'id'>) => patch<KeptViews>(`/api/views/${id}`, { version, ...wanted })
export const forgetView = (id: string) => del<KeptViews>(`/api/views/${id}`)
export const chooseView = (place: string, view: string | null) => patch<KeptViews>('/api/views/choice', { place, view })
