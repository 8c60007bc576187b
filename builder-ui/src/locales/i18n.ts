/**
 * Interface texts: one folder per language, one file per namespace. What sign-in, home and lists say comes at once, one chunk per
 * language; what all further pages say is a second chunk that comes with the first of these pages.
 */
import i18next from 'i18next'
import { initReactI18next, useTranslation } from 'react-i18next'
import { ApiError, ConnectionError, setRequestLanguage } from '@/api/client'
import type { LanguageCode } from '@/model/app'
import type { Theme } from '@/ui/theme'

type KitWords = Parameters<typeof Theme>[0]['words']
type Texts = Record<string, Record<string, unknown>>
const chunks: Record<LanguageCode, () => Promise<{ texts: Texts; kit?: KitWords }>> = {
  en: () => import('./en'),
  zh_hans: () => import('./zh_hans'),
}
const furtherChunks: Record<LanguageCode, () => Promise<{ texts: Texts }>> = {
  en: () => import('./en_further'),
  zh_hans: () => import('./zh_hans_further'),
}
const remembered = 'portolan.language'

/** BCP 47 for the document, `Intl` and headers. */
export const tagOf: Record<LanguageCode, string> = { en: 'en', zh_hans: 'zh-Hans' }
/** The names of the languages in themselves, for the switch before sign-in. */
export const languages: { code: LanguageCode; label: string }[] = [
  { code: 'en', label: 'English' },
  { code: 'zh_hans', label: '简体中文' },
]

export function codeOf(tag: string): LanguageCode {
  return tag.toLowerCase().startsWith('zh') ? 'zh_hans' : 'en'
}

const kitWords = new Map<string, KitWords>()

/** The kit's own texts in the language now spoken. */
export function useKitWords(): KitWords {
  return kitWords.get(useTranslation().i18n.language)
}

async function load(code: LanguageCode): Promise<void> {
  const [{ texts, kit }] = await Promise.all([chunks[code](), further ? addFurther(code) : null])
  kitWords.set(tagOf[code], kit)
  add(code, texts)
}

function add(code: LanguageCode, texts: Texts): void {
  for (const [path, bundle] of Object.entries(texts)) {
    i18next.addResourceBundle(tagOf[code], path.slice(path.lastIndexOf('/') + 1, -'.json'.length), bundle)
  }
}

/** Whether a page was opened that needs more than the texts of the first ones. */
let further = false

async function addFurther(code: LanguageCode): Promise<void> {
  add(code, (await furtherChunks[code]()).texts)
}

/** What a page or dialog beyond the first pages is loaded with: the module, and the texts it speaks. */
export async function withTexts<Module>(module: Promise<Module>): Promise<Module> {
  further = true
  const [loaded] = await Promise.all([module, addFurther(codeOf(i18next.language))])
  return loaded
}

export function preferredLanguage(): LanguageCode {
  return codeOf(localStorage.getItem(remembered) ?? navigator.language ?? 'en')
}

export async function applyLanguage(code: LanguageCode): Promise<void> {
  await speak(code)
  localStorage.setItem(remembered, code)
}

/** Speaks a language on this page alone; it is not remembered. */
export async function speak(code: LanguageCode): Promise<void> {
  await load(code)
  await i18next.changeLanguage(tagOf[code])
  document.documentElement.lang = tagOf[code]
  setRequestLanguage(tagOf[code])
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: tagOf[preferredLanguage()],
    fallbackLng: false,
    defaultNS: 'common',
    resources: {},
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  })
  await applyLanguage(preferredLanguage())
}

/** Words for an error the server named by a code; its own message where we have none. */
export function errorText(error: unknown, t: (key: string, values?: Record<string, unknown>) => string): string {
  if (error instanceof ConnectionError) return t('common:error.connection')
  if (error instanceof ApiError) {
    // One wrong answer is said itself; "invalid" alone helps nobody.
    const [detail] = error.details
    if (error.code === 'invalid' && detail) {
      const known = `common:error.detail.${detail.code}`
      return i18next.exists(known) ? t(known) : detail.message
    }
    const key = `common:error.code.${error.code}`
    if (i18next.exists(key)) return t(key)
    return error.message || t('common:error.unknown')
  }
  return t('common:error.unknown')
}
