import type { AppModel, LanguageCode } from '@/model/app'
import { get } from './client'

export const readApp = (language: LanguageCode) => get<AppModel>('/api/app', { language })
