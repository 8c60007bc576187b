import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Notification } from '@/api/notifications'
import { formatAgo } from '@/model/format'
import { paths } from '@/model/paths'
import { noticeSign, noticeText } from './notice-text'
import { Icon, type IconName } from '@/ui/icon'
import style from './notification-list.module.css'

const icons: Record<string, IconName> = {
  task: 'inbox', mention: 'mention', decided: 'done', approved: 'done', rejected: 'error', returned: 'undo', notify: 'info', withdrawn: 'undo', reminder: 'clock', overdue: 'warning', incident: 'warning', kept_aside: 'clock',
}

/** A record that may not be seen any more has no page. */
function target({ kind, entity, record, title, about }: Notification): string | null {
  if (about.draft) return paths.draft(about.draft)
  if (kind === 'kept_aside') return paths.publish
  if (about.kind === 'workflow' && about.instance) return paths.workflow(about.instance)
  if (kind === 'incident') return paths.incidents
  return entity && record && title !== null ? paths.record(entity, record) : null
}

export function NotificationList({ rows, onOpen }: { rows: Notification[]; onOpen: (notice: Notification) => void }) {
  const { t, i18n } = useTranslation()
  return (
    <ul className={style.list}>
      {rows.map((notice) => {
        const to = target(notice)
        const text = noticeText(notice, t, i18n.language)
        const about = notice.title ?? (notice.about.draft ? notice.about.label : null) ?? (notice.record ? t('notifications.hidden') : null)
        const content = (
          <>
            <span className={style.icon}><Icon name={icons[noticeSign(notice)] ?? 'bell'} /></span>
            <span className={style.body}>
              <span className={style.title}>
                {notice.read_at ? null : <span className={style.unread}><span className="visually-hidden">{t('notifications.new')}</span></span>}
                {about ?? text}
              </span>
              {about && text ? <span className={style.text}>{text}</span> : null}
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
