import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon'
import style from './empty.module.css'

interface EmptyProps {
  icon?: IconName
  title: string
  /** What one can do about it. */
  text?: ReactNode
  children?: ReactNode
  compact?: boolean
  /** The page has no other heading. */
  heading?: boolean
}

/** Nothing here, and what to do next. */
export function Empty({ icon = 'inbox', title, text, children, compact = false, heading = false }: EmptyProps) {
  return (
    <div className={compact ? `${style.empty} ${style.compact}` : style.empty}>
      <span className={style.icon}><Icon name={icon} size={compact ? 18 : 24} /></span>
      {heading ? <h1 className={style.title}>{title}</h1> : <p className={style.title}>{title}</p>}
      {text ? <p className={style.text}>{text}</p> : null}
      {children ? <div className={style.actions}>{children}</div> : null}
    </div>
  )
}
