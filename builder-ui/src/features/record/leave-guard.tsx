// Leaving with unsaved changes: save, discard, or stay.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useBlocker } from 'react-router'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import style from './conflict.module.css'

interface LeaveGuardProps {
  /** Asked at the moment of leaving. */
  dirty: () => boolean
  save: () => Promise<boolean>
  discard: () => void
}

export function LeaveGuard({ dirty, save, discard }: LeaveGuardProps) {
  const { t } = useTranslation('record')
  const blocker = useBlocker(({ currentLocation, nextLocation }) => currentLocation.pathname !== nextLocation.pathname && dirty())

  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (dirty()) event.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [dirty])

  if (blocker.state !== 'blocked') return null
  return (
    <Dialog
      open
      title={t('leave.title')}
      onClose={() => blocker.reset()}
      footer={
        <div className={style.foot}>
          <Button kind="danger" onClick={() => { discard(); blocker.proceed() }}>{t('leave.discard')}</Button>
          <span className={style.space} />
          <Button onClick={() => blocker.reset()}>{t('leave.stay')}</Button>
          <Button kind="primary" onClick={() => void save().then((saved) => (saved ? blocker.proceed() : blocker.reset()))}>{t('leave.save')}</Button>
        </div>
      }
    >
      <p>{t('leave.text')}</p>
    </Dialog>
  )
}
