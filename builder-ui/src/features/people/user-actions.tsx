/** What an administrator can do to a person beside changing the record: a new password, or "has left the firm". */
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '@/api/app-context'
import { viewAs } from '@/api/history'
import { keys } from '@/api/keys'
import { leaveFirm, setPassword } from '@/api/people'
import { errorText } from '@/locales/i18n'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import type { IconName } from '@/ui/icon'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { Notice } from '@/ui/notice'
import { PasswordInput } from '@/ui/password-input'
import { useToast } from '@/ui/toast'
import { PersonSelect } from './person-select'

const ExplainDialog = lazy(() => import('@/features/administration/explain-dialog'))

interface Person {
  id: string
  name: string
}

/** A menu: in a list of the row, and `named` on the person's own page, where there is room for a word. */
export function UserActions({ person, active, named = false, icon = 'more' }: { person: Person; active: boolean; named?: boolean; icon?: IconName }) {
  const { t } = useTranslation()
  const [doing, setDoing] = useState<'password' | 'leave' | 'explain' | null>(null)
  const { user } = useSession()
  const toast = useToast()
  // A full load leaves nothing of one's own for the other's app.
  const look = () => void viewAs(person.id).then(() => window.location.assign('/'), (cause: unknown) => toast.error(errorText(cause, t)))
  const entries: MenuEntry[] = [
    { key: 'password', label: t('people:set_password'), icon: 'key', onSelect: () => setDoing('password') },
    ...(active && person.id !== user.id ? [{ key: 'view', label: t('people:view_as'), icon: 'people' as const, onSelect: look }] : []),
    { key: 'explain', label: t('people:explain'), icon: 'help', onSelect: () => setDoing('explain') },
    ...(active ? [{ key: 'leave', label: t('people:leave'), icon: 'person_leave' as const, danger: true, onSelect: () => setDoing('leave') }] : []),
  ]
  return (
    <>
      <MenuButton entries={entries}>
        {named ? <Button icon={icon}>{t('people:account')}</Button> : <Button kind="quiet" icon={icon} label={t('people:actions', { name: person.name })} />}
      </MenuButton>
      {doing === 'password' ? <SetPassword person={person} onClose={() => setDoing(null)} /> : null}
      {doing === 'explain' ? <Suspense fallback={null}><ExplainDialog person={person} onClose={() => setDoing(null)} /></Suspense> : null}
      {doing === 'leave' ? <Leave person={person} onClose={() => setDoing(null)} /> : null}
    </>
  )
}

function useAct(onClose: () => void, done: string) {
  const { t } = useTranslation()
  const toast = useToast()
  const client = useQueryClient()
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const act = async (what: () => Promise<unknown>) => {
    setBusy(true)
    setError(null)
    try {
      await what()
      toast.success(done)
      void client.invalidateQueries({ queryKey: keys.entity('user') })
      onClose()
    } catch (cause) {
      setError(errorText(cause, t))
      setBusy(false)
    }
  }
  return { act, error, setError, busy }
}

function SetPassword({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation()
  const [fresh, setFresh] = useState('')
  const [mustChange, setMustChange] = useState(true)
  const { act, error, setError, busy } = useAct(onClose, t('people:password_set', { name: person.name }))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (fresh.length < 8) setError(t('password.short'))
    else void act(() => setPassword(person.id, fresh, mustChange))
  }
  return (
    <Dialog open title={t('people:set_password_of', { name: person.name })} onClose={onClose} width={420}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 14 }}>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <FieldFrame label={t('password.new')} help={t('people:set_password_help')}>
          {({ id, describedBy }) => <PasswordInput id={id} describedBy={describedBy} autoComplete="new-password" value={fresh} onChange={setFresh} autoFocus />}
        </FieldFrame>
        <Checkbox checked={mustChange} onChange={setMustChange}>{t('people:must_change')}</Checkbox>
        <div style={{ display: 'flex', gap: 8, justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" submit busy={busy}>{t('action.save')}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function Leave({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation()
  const [to, setTo] = useState<string | null>(null)
  const { act, error, busy } = useAct(onClose, t('people:left', { name: person.name }))
  return (
    <Dialog
      open
      title={t('people:leave_of', { name: person.name })}
      onClose={onClose}
      width={460}
      footer={[
        <Button key="cancel" onClick={onClose}>{t('action.cancel')}</Button>,
        <Button key="leave" kind="danger" disabled={!to} busy={busy} onClick={() => { if (to) void act(() => leaveFirm(person.id, to)) }}>{t('people:leave')}</Button>,
      ]}
    >
      <div style={{ display: 'grid', gap: 14 }}>
        <p>{t('people:leave_text', { name: person.name })}</p>
        {error ? <Notice kind="error">{error}</Notice> : null}
        <FieldFrame label={t('people:hand_over_to')} required>
          {({ id }) => <PersonSelect id={id} value={to} onChange={setTo} except={person.id} />}
        </FieldFrame>
      </div>
    </Dialog>
  )
}
