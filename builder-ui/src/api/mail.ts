import { get, patch, post } from './client'

export type Digest = 'at_once' | 'hourly' | { daily: string }

/** What somebody wants to be sent by mail, and when. */
export interface MailPreferences {
  /** Kinds of notices that do not come by mail. */
  without: string[]
  digest: Digest
  /** When a letter comes with all that waits, on working days. */
  tasks_at: string | null
  quiet: { from: string; to: string } | null
  zone: string | null
}

export interface OwnMail {
  preferences: MailPreferences
  /** Whether the firm sends mail at all. */
  goes_out: boolean
  email: string
  /** Whether the address takes nothing. */
  bounced: boolean
  /** The firm's zone. */
  zone: string
}

export interface MailSettings {
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  user: string | null
  from: string
  address: string
}

/** An address that takes nothing. */
export interface BouncedAddress {
  person: string
  name: string
  address: string
  reason: string | null
  at: string | null
}

export interface FirmMail {
  settings: MailSettings | null
  bounced: BouncedAddress[]
  has_password: boolean
}

export const readOwnMail = () => get<OwnMail>('/api/notifications/preferences')
export const prefer = (preferences: MailPreferences) => patch<OwnMail>('/api/notifications/preferences', preferences)
export const readMail = () => get<FirmMail>('/api/mail')
export const changeMail = (change: { settings: MailSettings | null; password?: string }) => patch<FirmMail>('/api/mail', change)
export const testMail = () => post<{ sent: boolean; to: string; error?: string | null }>('/api/mail/test', {})
