/** The phone's navigation, under the thumb. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink } from 'react-router'
import { paths } from '@/model/paths'
import { useUnread } from '@/features/notifications/use-notifications'
import { Drawer } from '@/ui/drawer'
import { Icon, type IconName } from '@/ui/icon'
import { NavigationLinks, useTaskCount } from './navigation'
import style from './bottom-bar.module.css'

export function BottomBar() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const tasks = useTaskCount()
  const unread = useUnread()
  return (
    <>
      <nav className={style.bar} aria-label={t('shell.navigation')}>
        <Tab to={paths.home} icon="home" label={t('shell.home')} />
        <Tab to={paths.tasks} icon="inbox" label={t('shell.tasks')} count={tasks} said={t('shell.waiting', { count: tasks })} />
        <button type="button" className={style.tab} aria-expanded={open} onClick={() => setOpen(true)}>
          <Icon name="menu" size={20} />
          <span>{t('shell.menu')}</span>
        </button>
        <Tab to={paths.notifications} icon="bell" label={t('shell.notifications')} count={unread} said={t('notifications.unread', { count: unread })} />
      </nav>
      <Drawer open={open} onClose={() => setOpen(false)} title={t('shell.menu')} placement="bottom" size="82%">
        <div className={style.drawer}><NavigationLinks onGo={() => setOpen(false)} /></div>
      </Drawer>
    </>
  )
}

function Tab({ to, icon, label, count = 0, said }: { to: string; icon: IconName; label: string; count?: number; said?: string }) {
  return (
    <NavLink to={to} end className={style.tab}>
      <span className={style.icon}>
        <Icon name={icon} size={20} />
        {count > 0 ? <span className={style.count}><span aria-hidden>{count > 99 ? '99+' : count}</span><span className="visually-hidden">{said}</span></span> : null}
      </span>
      <span>{label}</span>
    </NavLink>
  )
}
