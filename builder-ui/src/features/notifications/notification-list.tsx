import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Notification } from '@/api/notifications'
import { formatAgo } from '@/model/format'
import { paths } from '@/model/paths'
import { Icon, type IconName } from '@/ui/icon'
import style from './notification-list.module.css'

const icons: Record<string, IconName> = {
  task: 'inbox', mention: 'mention', comment: 'comment', decision: 'done', approved: 'done', rejected: 'error', returned: 'undo',
  import: 'spreadsheet', transfer: 'send', notice: 'info', withdrawn: 'undo',
}

function target(notice: Notification): string | null {
  if (notice.entity && notice.record) return paths.record(notice.entity, notice.record)
  return notice.kind === 'import' ? paths.imports : null
}

export function NotificationList({ rows, onOpen }: { rows: Notification[]; onOpen: (notice: Notification) => void }) {
  const { t, i18n } = useTranslation()
  return (
    <ul className={style.list}>
      {rows.map((notice) => {
        const to = target(notice)
        const content = (
          <>
            <span className={style.icon}><Icon name={icons[notice.kind] ?? 'bell'} /></span>
            <span className={style.body}>
              <span className={style.title}>
                {notice.read_at ? null : <span className={style.unread}><span className="visually-hidden">{t('notifications.new')}</span></span>}
                {notice.title}
              </span>
              {notice.body ? <span className={style.text}>{notice.body}</span> : null}
              <time className={style.time} dateTime={notice.at}>{formatAgo(notice.at, i18n.language)}</time>
            </span>
          </>
        )
        return (
          <li key={notice.id} data-unread={notice.read_at ? undefined : true} className={style.item}>
            {to
              ? <Link to={to} className={style.link} onClick={() => onOpen(notice)}>{content}</Link>
              : <button type="button" className={`plain-button ${style.link}`} onClick={() => onOpen(notice)}>{content}</button>}
          </li>
        )
      })}
    </ul>
  )
}
