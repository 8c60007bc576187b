// Writes a comment; after an @ people are offered as one types.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { comment, lookupRecords } from '@/api/records'
import { Popup } from '@/fields/widgets/popup'
import { errorText } from '@/locales/i18n'
import { Avatar } from '@/ui/avatar'
import { Button } from '@/ui/button'
import { useToast } from '@/ui/toast'
import { mentionAt, writeComment } from '../model/timeline'
import style from './timeline.module.css'

export function CommentBox({ entity, id }: { entity: string; id: string }) {
  const { t } = useTranslation(['record', 'common'])
  const client = useQueryClient()
  const toast = useToast()
  const list = useId()
  const frame = useRef<HTMLDivElement>(null)
  const area = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const [mention, setMention] = useState<{ start: number; word: string } | null>(null)
  const [active, setActive] = useState(0)
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map())

  const people = useQuery({
    queryKey: keys.lookup('user', { q: mention?.word ?? '' }),
    queryFn: ({ signal }) => lookupRecords('user', { q: mention?.word ?? '', limit: 8 }, signal),
    enabled: mention !== null,
    placeholderData: (before) => before,
  })
  const offered = mention === null ? [] : (people.data?.rows ?? [])

  const send = useMutation({
    mutationFn: () => comment(entity, id, writeComment(text, chosen)),
    onSuccess: () => {
      setText('')
      setChosen(new Map())
      void client.invalidateQueries({ queryKey: keys.timeline(entity, id) })
    },
    onError: (error) => toast.error(errorText(error, t as never)),
  })

  const choose = (person: { id: string; title: string }): void => {
    if (!mention) return
    const end = mention.start + 1 + mention.word.length
    setText(`${text.slice(0, mention.start)}@${person.title} ${text.slice(end)}`)
    setChosen(new Map([...chosen, [person.title, person.id]]))
    setMention(null)
    const caret = mention.start + person.title.length + 2
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(caret, caret)
    })
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const person = offered[active]
    if (mention && offered.length > 0) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        setActive((active + (event.key === 'ArrowDown' ? 1 : -1) + offered.length) % offered.length)
        return
      }
      if ((event.key === 'Enter' || event.key === 'Tab') && person && !event.nativeEvent.isComposing) {
        event.preventDefault()
        choose(person)
        return
      }
      if (event.key === 'Escape') {
        event.stopPropagation()
        setMention(null)
        return
      }
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.trim() !== '') {
      event.preventDefault()
      // Inside a comment the key sends the comment, not the record.
      event.stopPropagation()
      send.mutate()
    }
  }

  return (
    <div className={style.box} ref={frame}>
      <textarea
        ref={area}
        rows={text === '' ? 1 : 3}
        value={text}
        aria-label={t('record:timeline.comment')}
        placeholder={t('record:timeline.comment_hint')}
        aria-haspopup="listbox"
        aria-controls={offered.length > 0 ? list : undefined}
        aria-activedescendant={offered.length > 0 ? `${list}-${active}` : undefined}
        aria-autocomplete="list"
        onChange={(event) => {
          setText(event.target.value)
          setMention(mentionAt(event.target.value, event.target.selectionStart))
          setActive(0)
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setMention(null)}
      />
      {text.trim() !== '' && (
        <Button kind="primary" size="small" busy={send.isPending} onClick={() => send.mutate()}>{t('record:timeline.send')}</Button>
      )}
      {offered.length > 0 && (
        <Popup anchor={frame} minWidth={220}>
          <div id={list} role="listbox" aria-label={t('record:timeline.people')} className="pf-list">
            {offered.map((person, index) => (
              <div
                key={person.id}
                id={`${list}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                data-active={index === active || undefined}
                onMouseDown={(event) => event.preventDefault()}
                onMouseMove={() => setActive(index)}
                onMouseUp={() => choose(person)}
              >
                <Avatar name={person.title} size={22} />
                <span className="pf-option-title">{person.title}</span>
                {person.subtitle && <span className="pf-option-note">{person.subtitle}</span>}
              </div>
            ))}
          </div>
        </Popup>
      )}
    </div>
  )
}
