/** A draft on its way through others' hands: who proposed it, what was said, and what can be done next. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { sayOfDraft, type DraftNote, type Saying } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { formatAgo } from '@/model/format'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { Icon, type IconName } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { TextInput } from '@/ui/text-input'
import { useDraftState, useOpenDraft } from './context'
import style from './review-bar.module.css'

const icons: Record<DraftNote['kind'], IconName> = { proposed: 'send', taken_back: 'undo', given_back: 'undo', comment: 'comment', published: 'publish' }

export function ReviewBar({ onReview }: { onReview: () => void }) {
  const { t, i18n } = useTranslation('studio')
  const { status, notes, may_publish: may, mine, owner_name: owner, published } = useDraftState((state) => state.draft)
  const [open, setOpen] = useState(false)
  const say = useSaying()
  const last = notes.at(-1)
  const isProposed = status === 'proposed'
  if (!last && !isProposed && status === 'open') return null
  const over = status === 'published' ? t('review.over', { version: published }) : status === 'publishing' ? t('review.under_way') : null
  const told = over ?? (isProposed ? t(mine ? 'review.waiting' : 'review.of', { name: owner }) : last ? t(`review.kind.${last.kind}`, { name: last.by_name }) : '')
  return (
    <section className={style.bar} data-proposed={isProposed || undefined} aria-label={t('review.label')}>
      <div className={style.line}>
        <Icon name={isProposed ? 'send' : icons[last?.kind ?? 'comment']} />
        <p className={style.told}><strong>{told}</strong>{last?.message ? <span> {t('review.quoted', { text: last.message })}</span> : null}</p>
        <div className={style.acts}>
          <Button size="small" kind="quiet" icon="comment" expanded={open} onClick={() => setOpen(!open)}>{t('review.notes', { count: notes.length })}</Button>
          {isProposed && mine ? <Button size="small" busy={say.isPending} onClick={() => say.mutate({ what: 'take_back', message: '' })}>{t('review.take_back')}</Button> : null}
          {isProposed && may ? <Button size="small" kind="primary" icon="eye" onClick={onReview}>{t('review.look')}</Button> : null}
        </div>
      </div>
      {say.error ? <Notice kind="error">{errorText(say.error, t)}</Notice> : null}
      {open ? (
        <>
          <ol className={style.notes}>
            {notes.map((note) => (
              <li key={note.id}>
                <Icon name={icons[note.kind]} size={14} />
                <p><strong>{t(`review.kind.${note.kind}`, { name: note.by_name })}</strong>{note.message ? <span className={style.message}>{note.message}</span> : null}<time dateTime={note.at}>{formatAgo(note.at, i18n.language)}</time></p>
              </li>
            ))}
          </ol>
          {over ? null : <Answer canGiveBack={isProposed && may} />}
        </>
      ) : null}
    </section>
  )
}

function Answer({ canGiveBack }: { canGiveBack: boolean }) {
  const { t } = useTranslation('studio')
  const say = useSaying()
  const [message, setMessage] = useState('')
  const send = (what: Saying) => say.mutate({ what, message: message.trim() }, { onSuccess: () => setMessage('') })
  const empty = message.trim() === ''
  return (
    <div className={style.answer}>
      {say.error ? <Notice kind="error">{errorText(say.error, t)}</Notice> : null}
      <FieldFrame label={t('review.message')}>
        {({ id }) => <TextInput id={id} value={message} onChange={setMessage} onEnter={() => { if (!empty) send('comments') }} />}
      </FieldFrame>
      <div className={style.acts}>
        <Button size="small" icon="comment" disabled={empty} busy={say.isPending} onClick={() => send('comments')}>{t('review.comment')}</Button>
        {canGiveBack ? <Button size="small" icon="undo" disabled={empty} busy={say.isPending} onClick={() => send('give_back')}>{t('review.give_back')}</Button> : null}
      </div>
    </div>
  )
}

function useSaying() {
  const open = useOpenDraft()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ what, message }: { what: Saying; message: string }) => sayOfDraft(open.store.getState().draft.id, what, message),
    onSuccess: (answer) => {
      open.store.setState(({ draft }) => ({ draft: { ...draft, ...answer } }))
      void client.invalidateQueries({ queryKey: keys.drafts, exact: true })
    },
  })
}
