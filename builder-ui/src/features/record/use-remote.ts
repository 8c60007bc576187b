// Another person changed the record while it is open here. Where nothing is typed the new version is shown at once;
// else it is announced, and nothing that was typed is lost.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { RecordAnswer } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { useToast } from '@/ui/toast'
import type { RecordForm } from './model/store'
import { isDirty } from './use-unsaved'

export function useRemote(form: RecordForm, entity: EntityModel, answer: RecordAnswer | null): { news: RecordAnswer | null } {
  const { t } = useTranslation('record')
  const toast = useToast()
  const version = useStore(form.store, (state) => state.base.version)
  const newer = answer !== null && version !== undefined && answer.record.version > version

  useEffect(() => {
    if (!newer || answer === null || isDirty(entity, form.store.getState())) return
    form.reset(answer.record, answer.titles)
    const name = answer.titles[answer.record.updated_by ?? '']
    if (name) toast.info(t('remote.shown', { name }))
  }, [answer, entity, form, newer, t, toast])

  useEffect(() => {
    if (answer) form.learn(answer.titles)
  }, [answer, form])

  return { news: newer ? answer : null }
}
