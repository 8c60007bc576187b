import { useTranslation } from 'react-i18next'
import { applyLanguage, codeOf, languages } from '@/locales/i18n'
import type { LanguageCode } from '@/model/app'
import style from './language-switch.module.css'

/** Before sign-in nobody's language is known but the reader's own choice. */
export function LanguageSwitch({ onChange }: { onChange?: (code: LanguageCode) => void }) {
  const { t, i18n } = useTranslation()
  const current = codeOf(i18n.language)
  return (
    <div role="group" aria-label={t('user.language')} className={style.group}>
      {languages.map(({ code, label }) => (
        <button
          key={code}
          type="button"
          lang={code === 'en' ? 'en' : 'zh-Hans'}
          aria-pressed={code === current}
          className={style.choice}
          onClick={() => { void applyLanguage(code); onChange?.(code) }}
        >
          {label}
        </button>
      ))}
    </div>
  )
}
