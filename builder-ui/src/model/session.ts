import type { LanguageCode } from './app'

export interface SessionUser {
  id: string
  name: string
  email: string
  language: LanguageCode
  roles: string[]
  department?: string | null
  department_title?: string | null
  admin: boolean
  /** Whether they change definitions in the studio. */
  builder?: boolean
  /** Whether they see how long workflows take: of those they look after, administrators of all. */
  owns_workflows?: boolean
}

export interface Session {
  user: SessionUser
  csrf: string
  /** The administrator who looks at the app as this person; nothing can be changed then. */
  viewed_by?: { id: string; name: string | null } | null
  /** Nothing else is possible before a new password is chosen. */
  must_change_password?: boolean
  demo: boolean
  company: string
  language: LanguageCode
  version: number
}

/** One card of the demo's sign-in page. */
export interface DemoPerson {
  email: string
  name: string
  role: string
  role_label: string
  role_label_zh: string
  note: string
  note_zh?: string | null
}
