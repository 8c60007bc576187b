// What can be done with a record beside saving: transitions, trash, link.
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { keys } from '@/api/keys'
import { deleteRecord, restoreRecord, transitionRecord, type RecordAnswer } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { paths } from '@/model/paths'
import { useConfirm } from '@/ui/confirm'
import type { MenuEntry } from '@/ui/menu-button'
import { useToast } from '@/ui/toast'
import type { FormContextValue } from './form-context'
import type { Offered } from './model/lifecycle'

interface ActionsInput {
  context: FormContextValue
  answer: RecordAnswer | null
  dirty: () => boolean
  save: (requires?: readonly string[], next?: string) => Promise<boolean>
  take: (answer: RecordAnswer) => void
  refresh: () => void
  refuse: (error: unknown) => void
  submit: (transition: Offered) => void
  /** Asks why somebody sees this record or not; null for who may not ask. */
  explain: (() => void) | null
  /** Erases what is personal; null for who may not, and where nothing is. */
  erase: (() => void) | null
  merge: () => void
}

/** Whether a record may become one with another; the server asks both for their rights. */
export function mergeable(entity: EntityModel, answer: RecordAnswer | null): boolean {
  return entity.type === 'master' && entity.name !== 'user' && answer?.can.update === true && entity.can.delete && !answer.record.deleted_at
}

export interface Actions {
  busy: boolean
  menu: MenuEntry[]
  run(transition: Offered): Promise<void>
  restore(): Promise<void>
  /** Says that a transition was made. */
  told(transition: Offered): void
}

export function useActions({ context, answer, dirty, save, take, refresh, refuse, submit, explain, erase, merge }: ActionsInput): Actions {
  const { t } = useTranslation('record')
  const { entity, form } = context
  const client = useQueryClient()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const toast = useToast()
  const [busy, setBusy] = useState(false)
  const id = answer?.record.id ?? null

  const during = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      refuse(error)
    } finally {
      setBusy(false)
    }
  }

  const told = (transition: Offered): void => {
    const state = entity.lifecycle?.states[transition.to]?.label ?? ''
    toast.success(transition.workflow ? t('submit.done') : t('transition.done', { state }))
  }

  const run = async (transition: Offered): Promise<void> => {
    // What the transition needs is checked at the places, before anything is sent.
    const changed = dirty() || id === null || transition.requires.length > 0
    if (changed && !(await save(transition.requires, transition.workflow ? transition.name : undefined))) return
    if (id === null) return
    if (transition.workflow) {
      submit(transition)
      return
    }
    if (transition.confirm) {
      const sure = await confirm({
        title: t('transition.confirm', { label: transition.label }),
        ...(typeof transition.confirm === 'string' ? { text: transition.confirm } : {}),
        action: transition.label,
        cancel: t('cancel'),
      })
      if (!sure) return
    }
    await during(async () => {
      const version = form.store.getState().base.version ?? 1
      const fresh: RecordAnswer & { made?: { entity: string; id: string }[] } = await transitionRecord(entity.name, id, transition.name, { version })
      take(fresh)
      told(transition)
      // What it made (an order, the next revision) is where one goes on.
      const [made] = fresh.made ?? []
      const target = made && context.app.entities[made.entity]
      if (made && target) {
        toast.info(t('transition.made', { label: target.label }))
        void navigate(paths.record(made.entity, made.id))
      }
    })
  }

  const remove = async (): Promise<void> => {
    if (answer === null || id === null) return
    const sure = await confirm({
      title: t('trash.confirm', { title: answer.record.title || entity.label }),
      text: t('trash.confirm_text'),
      action: t('trash.delete'),
      cancel: t('cancel'),
      danger: true,
    })
    if (!sure) return
    await during(async () => {
      await deleteRecord(entity.name, id, form.store.getState().base.version ?? 1)
      form.reset(form.store.getState().base, {})
      toast.success(t('trash.done'), { label: t('trash.undo'), act: () => void takeBack(id) })
      client.removeQueries({ queryKey: keys.record(entity.name, id) })
      void client.invalidateQueries({ queryKey: [...keys.entity(entity.name), 'list'] })
      void navigate(paths.list(entity.name))
    })
  }

  /** From the list, where one stands by then. */
  const takeBack = async (gone: string): Promise<void> => {
    try {
      await restoreRecord(entity.name, gone)
      void client.invalidateQueries({ queryKey: keys.entity(entity.name) })
      toast.success(t('trash.restored'))
      void navigate(paths.record(entity.name, gone))
    } catch {
      toast.error(t('trash.not_restored'))
    }
  }

  const restore = (): Promise<void> =>
    during(async () => {
      if (id === null) return
      take(await restoreRecord(entity.name, id))
      refresh()
      toast.success(t('trash.restored'))
    })

  const copyLink = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(window.location.href)
      toast.success(t('header.link_copied'))
    } catch {
      toast.error(t('header.link_not_copied'))
    }
  }

  const deleted = Boolean(answer?.record.deleted_at)
  const menu: MenuEntry[] = id === null ? [] : [
    { key: 'link', label: t('header.copy_link'), icon: 'copy', onSelect: () => void copyLink() },
    ...(explain ? [{ key: 'explain', label: t('administration:explain.title'), icon: 'help' as const, onSelect: explain }] : []),
    ...(erase && !deleted ? [{ key: 'erase', label: t('administration:erase.menu'), icon: 'lock' as const, onSelect: erase }] : []),
    ...(deleted ? [{ key: 'restore', label: t('trash.restore'), icon: 'redo' as const, onSelect: () => void restore() }] : []),
    ...(mergeable(entity, answer) ? [{ key: 'merge', label: t('merge.open'), icon: 'copy' as const, onSelect: merge }] : []),
    ...(answer?.can.delete && !deleted ? [{ key: 'delete', label: t('trash.delete'), icon: 'delete' as const, danger: true, divided: true, onSelect: () => void remove() }] : []),
  ]
  return { busy, menu, run, restore, told }
}
