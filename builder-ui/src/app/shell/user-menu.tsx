import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { changeLanguage, signOut } from '@/api/session'
import { applyLanguage, errorText } from '@/locales/i18n'
import type { LanguageCode } from '@/model/app'
import { paths } from '@/model/paths'
import { Avatar } from '@/ui/avatar'
import { MenuButton } from '@/ui/menu-button'
import { useToast } from '@/ui/toast'
import style from './user-menu.module.css'

export function UserMenu({ onPassword, onKeys }: { onPassword: () => void; onKeys: (() => void) | null }) {
  const { t } = useTranslation()
  const { user, language, viewed_by: viewer } = useSession()
  const model = useAppModel()
  const client = useQueryClient()
  const toast = useToast()
  const navigate = useNavigate()

  const speak = async (code: LanguageCode) => {
    try {
      const session = await changeLanguage(code)
      await applyLanguage(code)
      client.setQueryData(keys.session, session)
      await client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
    } catch (cause) {
      toast.error(errorText(cause, t))
    }
  }
  const leave = async () => {
    try {
      await signOut()
    } finally {
      // A full load leaves nothing of one person's data for the next.
      window.location.assign('/')
    }
  }

  return (
    <MenuButton
      entries={[
        { key: 'who', heading: true, label: <span className={style.who}><strong>{user.name}</strong><span>{user.email}</span>{user.department_title ? <span>{user.department_title}</span> : null}</span> },
        ...(viewer ? [] : model.languages).map((one, n) => ({
          key: one.code, label: one.label, divided: n === 0, icon: one.code === language ? ('check' as const) : ('language' as const),
          onSelect: () => void speak(one.code),
        })),
        ...(viewer ? [] : [
          { key: 'absence', label: t('user.absence'), icon: 'calendar' as const, divided: true, onSelect: () => void navigate(paths.absence) },
          { key: 'password', label: t('user.password'), icon: 'key' as const, onSelect: onPassword },
        ]),
        ...(onKeys ? [{ key: 'keys', label: t('shortcuts.title'), icon: 'help' as const, onSelect: onKeys }] : []),
        ...(viewer ? [] : [{ key: 'out', label: t('user.sign_out'), icon: 'sign_out' as const, onSelect: () => void leave() }]),
      ]}
    >
      <button type="button" className={style.button} aria-label={t('user.menu', { name: user.name })}>
        <Avatar name={user.name} size={30} />
        <span className={style.name}>{user.name}</span>
      </button>
    </MenuButton>
  )
}
