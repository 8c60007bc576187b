// The head of a record: what it is, where it stands, what can be done. It stays in sight while one scrolls.
import { useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { useDocumentTitle } from '@/ui/document-title'
import { Tag } from '@/ui/tag'
import { phone, useMedia } from '@/ui/use-media'
import { useForm, useFormState } from '../form-context'
import { lifecycleSteps, type Offered } from '../model/lifecycle'
import style from './header.module.css'

interface RecordHeaderProps {
  dirty: boolean
  busy: boolean
  computing: boolean
  maySave: boolean
  transitions: readonly Offered[]
  menu: MenuEntry[]
  /** Acts of this entity alone. */
  extra?: ReactNode
  /** Who else is changing the record. */
  editors?: ReactNode
  /** The column with approval and history, where there is room for it. */
  aside: { open: boolean; toggle: () => void } | null
  onSave: () => void
  onTransition: (transition: Offered) => void
}

export function RecordHeader({ dirty, busy, computing, maySave, transitions, menu, extra, editors, aside, onSave, onTransition }: RecordHeaderProps) {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const small = useMedia(phone)
  const base = useFormState((state) => state.base)
  const fresh = base.id === undefined
  const title = fresh ? t('header.new', { label: entity.label }) : (base.title || base.number || entity.label)
  useDocumentTitle(title)
  const state = entity.lifecycle?.states[String(base.state ?? entity.lifecycle.start)]
  const [primary, ...secondary] = transitions
  const shown = small ? [] : secondary.slice(0, 2)
  const rest = small ? secondary : secondary.slice(2)
  const entries: MenuEntry[] = [
    ...rest.map((transition) => ({ key: transition.name, label: transition.label, onSelect: () => onTransition(transition) })),
    ...menu.map((entry, index) => ({ ...entry, divided: entry.divided ?? (index === 0 && rest.length > 0) })),
  ]
  // A saved record that nobody changed has nothing to save: the way on is the primary act then.
  const saves = maySave && (dirty || fresh || primary === undefined)
  const more = entries.length > 0 && (
    <MenuButton entries={entries} placement="bottomRight">
      <Button icon="more" kind={small ? 'quiet' : 'default'} label={t('header.more')} />
    </MenuButton>
  )
  const actions = (
    <>
      {shown.map((transition) => <Button key={transition.name} disabled={busy} onClick={() => onTransition(transition)}>{transition.label}</Button>)}
      {maySave && <Button kind={saves ? 'primary' : 'default'} busy={busy} disabled={!dirty && !fresh} onClick={onSave}>{t('header.save')}</Button>}
      {primary && <Button kind={saves ? 'default' : 'primary'} disabled={busy} onClick={() => onTransition(primary)}>{primary.label}</Button>}
    </>
  )
  const acts = maySave || primary !== undefined
  return (
    <>
      <header className={style.header}>
        <div className={style.words}>
          <Link to={paths.list(entity.name)} className={style.above}><Icon name="left" size={14} />{entity.label_plural}</Link>
          <div className={style.line}>
            <Heading>{title}</Heading>
            {state && <Tag color={state.color ?? 'grey'}>{state.label}</Tag>}
            {state?.locked === true && <span className={style.lock} title={t('header.locked')}><Icon name="lock" size={14} label={t('header.locked')} /></span>}
            <span className={style.status} role="status">
              {computing ? t('header.computing') : dirty ? t('header.unsaved') : ''}
            </span>
            {editors}
          </div>
        </div>
        <div className={style.actions}>
          {aside && <Button icon="panel_right" kind="quiet" label={t(aside.open ? 'header.hide_side' : 'header.show_side')} expanded={aside.open} onClick={aside.toggle} />}
          {extra}
          {more}
          {!small && actions}
        </div>
        {entity.lifecycle && !small && <LifecycleBar />}
      </header>
      {small && acts && <div className={style.bar}>{actions}</div>}
    </>
  )
}

/** Takes the focus after one came here by a link, so that a screen reader says where one is. */
function Heading({ children }: { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
  }, [])
  return <h1 ref={heading} tabIndex={-1} className={style.title}>{children}</h1>
}

function LifecycleBar() {
  const { t } = useTranslation('record')
  const { entity } = useForm()
  const current = useFormState((state) => String(state.base.state ?? entity.lifecycle?.start ?? ''))
  if (!entity.lifecycle) return null
  const steps = lifecycleSteps(entity.lifecycle, current)
  return (
    <ol className={style.steps} aria-label={t('header.lifecycle')}>
      {steps.map((step) => (
        <li key={step.state} className={style[step.position]} aria-current={step.position === 'here' ? 'step' : undefined}>
          {step.position === 'behind' && <Icon name="check" size={12} />}
          {step.label}
        </li>
      ))}
    </ol>
  )
}
