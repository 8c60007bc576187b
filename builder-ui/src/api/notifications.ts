import { get, post } from './client'

export interface Notification {
  id: string
  kind: string
  at: string
  read_at: string | null
  entity: string | null
  record: string | null
  /** What the record is called now; nothing where the reader may not see it any more. */
  title: string | null
  about: NoticeAbout
}

/** What is known of what happened; which of it depends on the kind. */
export interface NoticeAbout {
  by_name?: string
  initiator_name?: string
  /** The node of the workflow, or what a draft of definitions is called. */
  label?: string
  draft?: string
  message?: string
  outcome?: string
  outcome_label?: string | null
  /** Of an incident: what kind of work. */
  kind?: string
  /** Of an incident in a workflow: which. */
  instance?: string
  /** Of a mail that cannot be delivered. */
  person_name?: string
  address?: string
  reason?: string | null
  /** Of values kept aside that are emptied soon: whose, and when. */
  fields?: string
  on?: string
  /** Of a reminder, and of what was not decided in time. */
  due_at?: string
  act?: string
  assignee_name?: string
}

export interface NotificationPage {
  rows: Notification[]
  unread: number
  next: string | null
}

export const listNotifications = (after?: string) => get<NotificationPage>('/api/notifications', { after })
export const markRead = (ids: string[] | 'all') =>
  post<null>('/api/notifications/read', ids === 'all' ? { all: true } : { ids })
