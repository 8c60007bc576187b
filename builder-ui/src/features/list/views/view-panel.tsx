import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { changeView, chooseView, forgetView, keepView, type KeptView, type Shared, type WantedView } from '@/api/views'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { useConfirm } from '@/ui/confirm'
import { Icon } from '@/ui/icon'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'
import { MultiSelect, Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import type { ViewSwitchProps } from './view-switch'
import style from './views.module.css'

type Editing = { view: KeptView | null; label: string; shared: Shared }

export default function ViewPanel({ view, shown, state, changed, settings, onOpen, onKept, onClose }: ViewSwitchProps & { onClose: () => void }) {
  const { t } = useTranslation()
  const model = useAppModel()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const toast = useToast()
  const [editing, setEditing] = useState<Editing | null>(null)
  const { kept, take } = state
  const keep = useMutation({ mutationFn: keepView, onSuccess: take })
  const change = useMutation({ mutationFn: ({ view: one, wanted }: { view: KeptView; wanted: Omit<WantedView, 'id'> }) => changeView(one.id, one.version, wanted), onSuccess: take })
  const forget = useMutation({ mutationFn: (one: KeptView) => forgetView(one.id), onSuccess: take })
  const choose = useMutation({ mutationFn: (id: string | null) => chooseView(view.name, id), onSuccess: take })
  const packs = Object.values(model.views).filter((one) => one.entity === view.entity)
  const mine = kept.views.filter((one) => one.entity === view.entity && one.mine)
  const others = kept.views.filter((one) => one.entity === view.entity && !one.mine)
  const first = kept.choices[view.name]
  const refused = (error: unknown) => toast.error(errorText(error, t))

  const openKept = (one: KeptView) => {
    const base = one.settings?.view ?? view.name
    if (base === view.name) onOpen(one.id)
    else void navigate(`${paths.view(base)}?kept=${one.id}`)
    onClose()
  }
  const save = async ({ view: existing, label, shared }: Editing) => {
    try {
      if (existing) {
        // The name and with whom it is shared; what it looks like stays unless it is the one that is shown.
        const next = existing.id === shown?.id ? settings() : (existing.settings ?? settings())
        await change.mutateAsync({ view: existing, wanted: { label, shared, settings: next } })
        if (existing.id === shown?.id) onKept(existing.id)
      } else {
        const made = await keep.mutateAsync({ label, shared, settings: settings() })
        onKept(made.id)
        onOpen(made.id)
      }
      toast.success(t('list:views.kept', { label }))
      setEditing(null)
      onClose()
    } catch (error) {
      refused(error)
    }
  }
  const remove = async (one: KeptView) => {
    const sure = await confirm({ title: t('list:views.forget_sure', { label: one.label }), ...(one.shared ? { text: t('list:views.forget_shared') } : {}), action: t('action.delete'), cancel: t('action.cancel'), danger: true })
    if (!sure) return
    try {
      await forget.mutateAsync(one)
      if (one.id === shown?.id) onOpen(null)
    } catch (error) {
      refused(error)
    }
  }
  const pick = (id: string | null) => choose.mutate(id, { onError: refused })
  const menuOf = (one: KeptView): MenuEntry[] => [
    { key: 'first', label: t(first === one.id ? 'list:views.not_first' : 'list:views.first'), icon: 'home', onSelect: () => pick(first === one.id ? null : one.id) },
    ...(one.can_change ? [{ key: 'edit', label: t('list:views.edit'), icon: 'edit' as const, onSelect: () => setEditing({ view: one, label: one.label, shared: one.shared }) }] : []),
    ...(one.can_change ? [{ key: 'delete', label: t('action.delete'), icon: 'delete' as const, danger: true, divided: true, onSelect: () => void remove(one) }] : []),
  ]
  const row = (one: KeptView) => (
    <li key={one.id} className={style.item}>
      {one.unavailable ? (
        <span className={style.gone}>
          <span>{one.label}</span>
          <small>{t(`list:views.unavailable.${one.unavailable}`)}</small>
        </span>
      ) : (
        <button type="button" className={style.apply} aria-pressed={one.id === shown?.id} onClick={() => openKept(one)}>
          <Icon name={one.id === shown?.id ? 'check' : first === one.id ? 'home' : 'star'} size={14} />
          <span>{one.label}{one.mine && one.shared ? <small> · {t('list:views.shared')}</small> : one.mine ? null : <small> · {one.owner ?? ''}</small>}</span>
        </button>
      )}
      {one.unavailable && !one.can_change ? null : <MenuButton entries={one.unavailable ? menuOf(one).filter((entry) => entry.key === 'delete') : menuOf(one)}><Button kind="quiet" size="small" icon="more" label={t('list:views.more', { label: one.label })} /></MenuButton>}
    </li>
  )
  if (editing) return <EditForm key={editing.view?.id ?? 'new'} editing={editing} roles={kept.roles} busy={keep.isPending || change.isPending} onSave={(next) => void save(next)} onCancel={() => setEditing(null)} />
  return (
    <div className={style.panel} role="group" aria-label={t('list:views.title')}>
      {mine.length > 0 ? <><h3 className={style.group}>{t('list:views.mine')}</h3><ul className={style.list}>{mine.map(row)}</ul></> : null}
      {others.length > 0 ? <><h3 className={style.group}>{t('list:views.others')}</h3><ul className={style.list}>{others.map(row)}</ul></> : null}
      <h3 className={style.group}>{t('list:views.packs')}</h3>
      <ul className={style.list}>
        {packs.map((one) => (
          <li key={one.name} className={style.item}>
            <button type="button" className={style.apply} aria-pressed={!shown && one.name === view.name} onClick={() => { if (one.name === view.name) onOpen(null); else void navigate(paths.view(one.name)); onClose() }}>
              <Icon name={!shown && one.name === view.name ? 'check' : one.type === 'kanban' ? 'columns' : one.type === 'calendar' ? 'calendar' : 'list'} size={14} />
              <span>{one.label}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className={style.foot}>
        {shown?.can_change && changed ? <Button kind="primary" busy={change.isPending} onClick={() => void save({ view: shown, label: shown.label, shared: shown.shared })}>{t('list:views.save_changes')}</Button> : null}
        <Button onClick={() => setEditing({ view: null, label: shown ? t('list:views.copy_of', { label: shown.label }) : '', shared: null })}>{t('list:views.save_as')}</Button>
      </div>
    </div>
  )
}

interface EditFormProps {
  editing: Editing
  roles: { name: string; label: string }[]
  busy: boolean
  onSave: (editing: Editing) => void
  onCancel: () => void
}

function EditForm({ editing, roles, busy, onSave, onCancel }: EditFormProps) {
  const { t } = useTranslation()
  const [label, setLabel] = useState(editing.label)
  const [shared, setShared] = useState<Shared>(editing.shared)
  const kind = shared === null ? 'mine' : 'all' in shared ? 'all' : 'roles'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (label.trim()) onSave({ ...editing, label: label.trim(), shared: shared && 'roles' in shared && shared.roles.length === 0 ? null : shared })
  }
  return (
    <form className={style.panel} onSubmit={submit} aria-label={t(editing.view ? 'list:views.edit' : 'list:views.save_as')}>
      <TextInput label={t('list:views.name')} placeholder={t('list:views.name')} value={label} onChange={setLabel} autoFocus />
      <Select
        label={t('list:views.for')}
        value={kind}
        onChange={(next) => setShared(next === 'all' ? { all: true } : next === 'roles' ? { roles: [] } : null)}
        options={[{ value: 'mine', label: t('list:views.for_me') }, { value: 'roles', label: t('list:views.for_roles') }, { value: 'all', label: t('list:views.for_all') }]}
      />
      {shared && 'roles' in shared ? <MultiSelect label={t('list:views.roles')} placeholder={t('list:views.roles')} value={shared.roles} onChange={(next) => setShared({ roles: next })} options={roles.map((role) => ({ value: role.name, label: role.label }))} /> : null}
      <p className={style.hint}>{t('list:views.rights')}</p>
      <div className={style.foot}>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
        <Button kind="primary" submit busy={busy} disabled={label.trim() === ''}>{t('action.save')}</Button>
      </div>
    </form>
  )
}
