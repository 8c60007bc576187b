import { get, post } from './client'

export interface Notification {
  id: string
  kind: string
  at: string
  read_at: string | null
  entity: string | null
  record: string | null
  title: string
  body?: string | null
}

export interface NotificationPage {
  rows: Notification[]
  unread: number
  next: string | null
}

export const listNotifications = (after?: string) => get<NotificationPage>('/api/notifications', { after })
export const markRead = (ids: string[] | 'all') =>
  post<null>('/api/notifications/read', ids === 'all' ? { all: true } : { ids })
