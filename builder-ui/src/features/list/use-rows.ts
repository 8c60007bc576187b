import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { keys } from '@/api/keys'
import { countRecords, listRecords, type ListQuery, type ListRow } from '@/api/records'
import type { Titles } from '@/model/record'

const pageSize = 60

export interface Rows {
  rows: ListRow[]
  titles: Titles
  colors: Record<string, string>
}

export function useRows(entity: string, query: ListQuery) {
  const list = useInfiniteQuery({
    queryKey: keys.list(entity, query),
    queryFn: ({ pageParam, signal }) => listRecords(entity, { ...query, limit: pageSize, ...(pageParam ? { after: pageParam } : {}) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const merged = useMemo((): Rows => {
    const pages = list.data?.pages ?? []
    return {
      rows: pages.flatMap((page) => page.rows),
      titles: Object.assign({}, ...pages.map((page) => page.titles)) as Titles,
      colors: Object.assign({}, ...pages.map((page) => page.colors ?? {})) as Record<string, string>,
    }
  }, [list.data])
  return { list, ...merged }
}

/** Counting costs the server a walk over the rows: it happens when somebody asks. */
export function useCount(entity: string, query: ListQuery, wanted: boolean, exactly = false) {
  const { sort: _sort, columns: _columns, colors: _colors, ...rest } = query
  const what = exactly ? { ...rest, exact: 1 } : rest
  return useQuery({ queryKey: keys.count(entity, what), queryFn: ({ signal }) => countRecords(entity, what, signal), enabled: wanted, placeholderData: keepPreviousData, retry: false })
}
