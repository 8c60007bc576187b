import { useQueries } from '@tanstack/react-query'
import { keys } from '@/api/keys'
import { readRecord } from '@/api/records'

/** Titles of records chosen earlier, as a shared address has only their ids. */
export function useTitles(entity: string | undefined, ids: string[]): Record<string, string> {
  const answers = useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.record(entity ?? '', id),
      queryFn: () => readRecord(entity ?? '', id),
      enabled: entity !== undefined,
      staleTime: 60_000,
    })),
  })
  return Object.fromEntries(answers.flatMap((answer, n) => (answer.data ? [[ids[n] ?? '', answer.data.record.title ?? '']] : [])))
}
