/** A list by the values of a field: how many records have each, and what they come to. */
import type { Scalar, Titles } from '@/model/record'
import { get, type QueryValue } from './client'
import type { ListQuery } from './records'

export interface Group {
  value: Scalar
  count: number
  sum?: string | number
}

export interface Groups {
  groups: Group[]
  titles: Titles
  more: boolean
}

export const groupRecords = (entity: string, by: string, sum: string | undefined, query: ListQuery, signal?: AbortSignal) => {
  const { sort: _sort, columns: _columns, ...what } = query
  return get<Groups>(`/api/records/${entity}/groups`, { ...(what as Record<string, QueryValue>), by, ...(sum ? { sum } : {}) }, signal)
}
