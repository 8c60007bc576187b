import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Mark } from '@/ui/mark'
import { NotificationBell } from '@/features/notifications/notification-bell'
import { PasswordDialog } from './password-dialog'
import { UserMenu } from './user-menu'
import style from './top-bar.module.css'

interface TopBarProps {
  small: boolean
  narrow: boolean
  onToggle: () => void
  onSearch: () => void
  onHelp: () => void
}

const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)

export function TopBar({ small, narrow, onToggle, onSearch, onHelp }: TopBarProps) {
  const { t } = useTranslation()
  const [changing, setChanging] = useState(false)
  return (
    <header className={style.bar}>
      {small
        ? <Link to={paths.home} className={style.brand} aria-label={t('shell.home')}><Mark size={26} tone="dark" /><span>Portolan</span></Link>
        : <Button kind="quiet" icon="panel" label={t(narrow ? 'shell.widen' : 'shell.narrow')} expanded={!narrow} onClick={onToggle} />}
      <button type="button" className={style.search} onClick={onSearch} aria-label={t('search.open')} aria-keyshortcuts={isMac ? 'Meta+K' : 'Control+K'}>
        <Icon name="search" />
        <span className={style.hint}>{t('search.open')}</span>
        <kbd className={style.keys}>{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <div className={style.right}>
        {small ? null : <NotificationBell />}
        <UserMenu onPassword={() => setChanging(true)} onKeys={small ? null : onHelp} />
      </div>
      {changing ? <PasswordDialog onClose={() => setChanging(false)} /> : null}
    </header>
  )
}
