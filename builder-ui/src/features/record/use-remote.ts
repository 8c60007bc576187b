// Another person changed the record while it is open here. Where nothing is typed the new version is shown at once;
// else it is announced, and nothing that was typed is lost.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useSession } from '@/api/app-context'
import type { RecordAnswer } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { useToast } from '@/ui/toast'
import type { RecordForm } from './model/store'
import { isDirty } from './use-unsaved'

export function useRemote(form: RecordForm, entity: EntityModel, answer: RecordAnswer | null): { news: RecordAnswer | null } {
  const { t } = useTranslation('record')
  const { user } = useSession()
  const toast = useToast()
  const version = useStore(form.store, (state) => state.base.version)
  const newer = answer !== null && version !== undefined && answer.record.version > version

  useEffect(() => {
    if (!newer || answer === null || isDirty(entity, form.store.getState())) return
    form.reset(answer.record, answer.titles)
    const by = answer.record.updated_by ?? ''
    const name = answer.titles[by]
    // What the engine did after my own act is no news to me.
    if (name && by !== user.id) toast.info(t('remote.shown', { name }))
  }, [answer, entity, form, newer, t, toast, user.id])

  useEffect(() => {
    if (answer) form.learn(answer.titles)
  }, [answer, form])

  return { news: newer ? answer : null }
}
