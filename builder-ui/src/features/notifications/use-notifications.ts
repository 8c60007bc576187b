import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { keys } from '@/api/keys'
import { listNotifications, markRead, type NotificationPage } from '@/api/notifications'

export function useNotifications() {
  return useQuery({ queryKey: keys.notifications, queryFn: () => listNotifications() })
}

export function useUnread(): number {
  return useNotifications().data?.unread ?? 0
}

/** Marks at once on screen; the server's answer only corrects it. */
export function useMarkRead() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: markRead,
    onMutate: (ids) => {
      const now = new Date().toISOString()
      client.setQueryData<NotificationPage>(keys.notifications, (page) => {
        if (!page) return page
        const rows = page.rows.map((row) => (ids === 'all' || ids.includes(row.id) ? { ...row, read_at: row.read_at ?? now } : row))
        const gone = page.rows.filter((row, n) => !row.read_at && rows[n]?.read_at).length
        return { ...page, rows, unread: ids === 'all' ? 0 : Math.max(0, page.unread - gone) }
      })
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.notifications }),
  })
}
