import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Empty } from '@/ui/empty'
import { Popover } from '@/ui/popover'
import { SkeletonRows } from '@/ui/skeleton'
import { NotificationList } from './notification-list'
import { useMarkRead, useNotifications, useUnread } from './use-notifications'
import style from './notification-bell.module.css'

export function NotificationBell() {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  const unread = useUnread()
  return (
    <Popover open={open} onOpenChange={setOpen} placement="bottomRight" flush content={<Panel onClose={() => setOpen(false)} />}>
      <span className={style.bell}>
        <Button kind="quiet" icon="bell" expanded={open} label={unread ? `${t('shell.notifications')}: ${t('notifications.unread', { count: unread })}` : t('shell.notifications')} />
        {unread > 0 ? <span className={style.count} aria-hidden>{unread > 99 ? '99+' : unread}</span> : null}
      </span>
    </Popover>
  )
}

function Panel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const page = useNotifications()
  const mark = useMarkRead()
  return (
    <section className={style.panel} aria-label={t('shell.notifications')}>
      <header className={style.header}>
        <h2>{t('shell.notifications')}</h2>
        <Button kind="quiet" size="small" disabled={!page.data?.unread} onClick={() => mark.mutate('all')}>{t('notifications.all_read')}</Button>
      </header>
      <div className={style.scroll}>
        {page.data ? (page.data.rows.length > 0
          ? <NotificationList rows={page.data.rows.slice(0, 12)} onOpen={(notice) => { if (!notice.read_at) mark.mutate([notice.id]); onClose() }} />
          : <Empty compact icon="bell" title={t('notifications.none')} text={t('notifications.none_text')} />)
          : <SkeletonRows rows={4} height={56} />}
      </div>
      <footer className={style.footer}><Link to={paths.notifications} onClick={onClose}>{t('notifications.show_all')}</Link></footer>
    </section>
  )
}
