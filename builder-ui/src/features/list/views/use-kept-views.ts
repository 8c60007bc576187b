import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { readViews, type KeptViews } from '@/api/views'

const none: KeptViews = { views: [], choices: {}, roles: [] }

/** Whether this browser still keeps filters of somebody's. */
function keptHere(user: string): boolean {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`portolan.of.${user}.filters.`))
  } catch {
    return false
  }
}

/** The views that the reader keeps or that are shared with them; what this browser kept before is taken over once. */
export function useKeptViews() {
  const client = useQueryClient()
  const { user } = useSession()
  const found = useQuery({ queryKey: keys.views, queryFn: readViews, staleTime: 60_000 })
  const take = (next: KeptViews) => client.setQueryData(keys.views, { views: next.views, choices: next.choices, roles: next.roles })
  const ready = found.isSuccess
  useEffect(() => {
    // Most browsers kept none: then there is nothing to load for it.
    if (!ready || !keptHere(user.id)) return
    void import('./move-kept-filters').then(async ({ moveKeptFilters }) => {
      const next = await moveKeptFilters(user.id)
      if (next) take(next)
    })
    // oxlint-disable-next-line react/exhaustive-deps
  }, [ready, user.id])
  return { kept: found.data ?? none, ready: found.isFetched, take }
}

export type KeptViewsState = ReturnType<typeof useKeptViews>
