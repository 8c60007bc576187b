import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/api/app-context'
import { endView } from '@/api/history'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { useConnection } from '../events'
import style from './banners.module.css'

/** Lost connection and a newly published version, above everything else. */
export function Banners() {
  const { t } = useTranslation()
  const { lost, published } = useConnection()
  const [later, setLater] = useState<number | null>(null)
  useReconnect(lost)
  return (
    <div aria-live="polite">
      <ViewBanner />
      {lost ? (
        <div className={`${style.banner} ${style.lost}`}>
          <Icon name="offline" />
          <span>{t('connection.lost')}</span>
        </div>
      ) : null}
      {published !== null && published !== later ? (
        <div className={`${style.banner} ${style.published}`}>
          <Icon name="refresh" />
          <span>{t('connection.published')}</span>
          <Button size="small" onClick={() => window.location.reload()}>{t('connection.reload')}</Button>
          <Button size="small" kind="quiet" onClick={() => setLater(published)}>{t('connection.later')}</Button>
        </div>
      ) : null}
    </div>
  )
}

/** Somebody looks at the app as this person: always in sight, with the way out. */
function ViewBanner() {
  const { t } = useTranslation()
  const { user, viewed_by: viewer } = useSession()
  const [busy, setBusy] = useState(false)
  if (!viewer) return null
  const leave = () => {
    setBusy(true)
    // A full load leaves nothing of the other person's data; a view that has ended meanwhile is left all the same.
    void endView().catch(() => null).finally(() => window.location.assign('/'))
  }
  return (
    <div className={`${style.banner} ${style.view}`}>
      <Icon name="people" />
      <span>{t('view.banner', { name: user.name })}</span>
      <Button size="small" busy={busy} onClick={leave}>{t('view.leave')}</Button>
    </div>
  )
}

function useReconnect(lost: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!lost) return undefined
    const timer = setInterval(() => {
      fetch('/health', { cache: 'no-store' }).then((answer) => {
        if (!answer.ok) return
        useConnection.setState({ lost: false })
        void client.invalidateQueries({ predicate: (query) => query.state.status === 'error' })
      }, () => {})
    }, 3000)
    return () => clearInterval(timer)
  }, [lost, client])
}
