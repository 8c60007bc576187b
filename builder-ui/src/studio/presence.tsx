/** Who else has the draft open, and whether they saved something that is not here yet. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { beAtDraft, leaveDraft } from '@/api/studio'
import { Avatar } from '@/ui/avatar'
import { useDraftState } from './context'
import style from './presence.module.css'

/** So often one says that one is here. */
const beat = 12_000

export function Presence({ file }: { file: string | null }) {
  const { t } = useTranslation('studio')
  const draft = useDraftState((state) => state.draft)
  const saving = useDraftState((state) => state.saving)
  const found = useQuery({ queryKey: keys.presence(draft.id, file), queryFn: () => beAtDraft(draft.id, file), refetchInterval: beat, retry: false, gcTime: 0 })
  useEffect(() => () => void leaveDraft(draft.id).catch(() => null), [draft.id])
  const others = found.data?.others ?? []
  const named = (one: string) => draft.definitions.find((about) => about.file === one)
  if (others.length === 0) return null
  const behind = saving === 'saved' && (found.data?.version ?? 0) > draft.version
  const texts = others.map((one) => {
    const about = named(one.file)
    const what = about?.label ?? about?.name ?? ''
    return one.file && one.file === file ? t('presence.same', { name: one.name }) : about ? t('presence.at', { name: one.name, what }) : t('presence.here', { name: one.name })
  })
  return (
    <p className={style.presence} role="status" title={texts.join('\n')}>
      {others.slice(0, 3).map((one) => <Avatar key={one.user} name={one.name ?? ''} size={22} />)}
      <span className={style.text}>{texts[0]}{others.length > 1 ? t('presence.more', { count: others.length - 1 }) : ''}</span>
      {behind ? <button type="button" className="plain-button" onClick={() => window.location.reload()}>{t('presence.load')}</button> : null}
    </p>
  )
}
