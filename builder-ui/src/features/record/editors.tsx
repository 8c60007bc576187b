// Who else is changing this record, since when; and says of this tab whether it is being changed here.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { notePresence, usePresence, type Editors as Told } from '@/api/presence'
import { formatDatetime } from '@/fields/dates'
import { Avatar } from '@/ui/avatar'
import style from './editors.module.css'

interface EditorsProps {
  entity: string
  /** Null for a record that is not saved yet: nobody else can have it open. */
  id: string | null
  editing: boolean
}

/** So many are shown by their pictures. */
const most = 3

export function Editors({ entity, id, editing }: EditorsProps) {
  const { t, i18n } = useTranslation('record')
  const stream = usePresence((state) => state.stream)
  const told = usePresence((state) => state.told)

  useEffect(() => {
    if (stream === null || id === null) return
    let here = true
    // A view as somebody else says nothing, and who cannot be reached is told by others.
    notePresence(stream, { entity, id }, editing).then(
      (answer) => { if (here && answer.editors) usePresence.setState({ told: answer as Told }) },
      () => {},
    )
    return () => { here = false }
  }, [stream, entity, id, editing])

  // Whoever goes on to another page shows this record no more.
  useEffect(() => {
    if (id === null) return
    return () => {
      const { stream: now } = usePresence.getState()
      usePresence.setState({ told: null })
      if (now !== null) notePresence(now, null, false).catch(() => {})
    }
  }, [entity, id])

  const editors = told !== null && told.entity === entity && told.id === id ? told.editors : []
  const names = editors.map((editor) => editor.name)
  const list = new Intl.ListFormat(i18n.language, { type: 'conjunction' })
  return (
    <span className={style.editors} role="status">
      {editors.length > 0 && (
        <>
          <span className={style.pictures} aria-hidden>
            {editors.slice(0, most).map((editor) => <Avatar key={editor.id} name={editor.name} size={22} />)}
          </span>
          <span title={editors.map((editor) => t('editors.since', { name: editor.name, when: formatDatetime(editor.since, i18n.language) })).join('\n')}>
            {editors.length > most ? t('editors.many', { count: editors.length }) : t('editors.editing', { count: editors.length, names: list.format(names) })}
          </span>
        </>
      )}
    </span>
  )
}
