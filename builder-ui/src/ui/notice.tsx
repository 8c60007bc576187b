import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon'
import style from './notice.module.css'

interface NoticeProps {
  kind: 'error' | 'warning' | 'info' | 'success'
  children: ReactNode
  action?: ReactNode
}

const icons: Record<NoticeProps['kind'], IconName> = { error: 'error', warning: 'warning', info: 'info', success: 'done' }

/** A message that stays where it belongs until its reason is gone. */
export function Notice({ kind, children, action }: NoticeProps) {
  return (
    <div className={`${style.notice} ${style[kind]}`} role={kind === 'error' ? 'alert' : 'status'}>
      <Icon name={icons[kind]} />
      <div className={style.body}>{children}</div>
      {action}
    </div>
  )
}
