import type { LanguageCode } from '@/model/app'
import type { DemoPerson, Session } from '@/model/session'
import { del, get, patch, post } from './client'

export interface FirstRun {
  language: LanguageCode
  company: string
  preset: 'trade' | 'blank'
  data: 'demo' | 'empty'
  admin: { name: string; email: string; password: string }
}

export const readSession = () => get<Session>('/api/session')
export const signIn = (email: string, password: string) => post<Session>('/api/session', { email, password })
export const signOut = () => del<null>('/api/session')
export const changeLanguage = (language: LanguageCode) => patch<Session>('/api/session', { language })
/** All other sessions end; this one goes on with a new token. */
export const changePassword = (old: string, fresh: string) => post<Session>('/api/session/password', { old, new: fresh })
export const readDemo = () => get<{ people: DemoPerson[]; password: string }>('/api/demo')
export const firstRun = (answers: FirstRun) => post<Session>('/api/first_run', answers)
