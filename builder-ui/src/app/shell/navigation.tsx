import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, useLocation } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { countTasks } from '@/api/tasks'
import { paths } from '@/model/paths'
import { Icon, type IconName } from '@/ui/icon'
import { Mark } from '@/ui/mark'
import { navigation, type NavSection } from './menu'
import style from './navigation.module.css'

export function useTaskCount(): number {
  return useQuery({ queryKey: keys.taskCount, queryFn: countTasks, refetchInterval: 120_000 }).data?.count ?? 0
}

export function Navigation({ narrow }: { narrow: boolean }) {
  const { t } = useTranslation()
  const model = useAppModel()
  return (
    <aside className={style.nav} data-narrow={narrow || undefined}>
      <NavLink to={paths.home} className={style.brand} aria-label={`Portolan, ${model.company}`}>
        <Mark size={30} />
        {narrow ? null : (
          <span className={style.words}>
            <span className={style.name}>Portolan</span>
            <span className={style.company} title={model.company}>{model.company}</span>
          </span>
        )}
      </NavLink>
      <nav aria-label={t('shell.navigation')} className={style.scroll}>
        <NavigationLinks narrow={narrow} />
      </nav>
    </aside>
  )
}

/** The links alone; the drawer of the phone shows them too. */
export function NavigationLinks({ narrow = false, onGo }: { narrow?: boolean; onGo?: () => void }) {
  const { t } = useTranslation()
  const model = useAppModel()
  const session = useSession()
  const count = useTaskCount()
  return (
    <>
      <ul className={style.list}>
        <Entry to={paths.home} icon="home" label={t('shell.home')} narrow={narrow} exact onGo={onGo} />
        <Entry to={paths.tasks} icon="inbox" label={t('shell.tasks')} narrow={narrow} count={count} onGo={onGo} />
      </ul>
      {navigation(model, session, t).map((section) => <Section key={section.key} section={section} narrow={narrow} onGo={onGo} />)}
    </>
  )
}

function Section({ section, narrow, onGo }: { section: NavSection; narrow: boolean; onGo?: (() => void) | undefined }) {
  const remembered = `portolan.nav.${section.key}`
  const [open, setOpen] = useState(() => localStorage.getItem(remembered) !== 'closed')
  const toggle = () => {
    localStorage.setItem(remembered, open ? 'closed' : 'open')
    setOpen(!open)
  }
  const shown = open || narrow || section.label === null
  return (
    <div className={style.section}>
      {narrow ? <hr className={style.rule} /> : section.label === null ? null : (
        <button type="button" className={style.heading} aria-expanded={open} onClick={toggle}>
          {section.label}
          <Icon name={open ? 'down' : 'right'} size={14} />
        </button>
      )}
      {shown ? (
        <ul className={style.list}>
          {section.links.map((link) => <Entry key={link.key} to={link.to} icon={link.icon} label={link.label} narrow={narrow} onGo={onGo} />)}
        </ul>
      ) : null}
    </div>
  )
}

interface EntryProps {
  to: string
  icon: IconName
  label: string
  narrow: boolean
  count?: number
  exact?: boolean
  onGo?: (() => void) | undefined
}

function Entry({ to, icon, label, narrow, count = 0, exact = false, onGo }: EntryProps) {
  const { t } = useTranslation()
  const { pathname } = useLocation()
  // `/e/thing` is also current while one of its records is open.
  const current = exact ? pathname === to : pathname === to || pathname.startsWith(`${to}/`)
  return (
    <li>
      <NavLink to={to} end={exact} className={style.link} data-current={current || undefined} onClick={onGo} title={narrow ? label : undefined}>
        <Icon name={icon} size={17} />
        <span className={narrow ? 'visually-hidden' : style.label}>{label}</span>
        {count > 0 ? (
          <span className={narrow ? style.dot : style.count}>
            <span aria-hidden>{narrow ? '' : count > 99 ? '99+' : count}</span>
            <span className="visually-hidden">{t('shell.waiting', { count })}</span>
          </span>
        ) : null}
      </NavLink>
    </li>
  )
}
