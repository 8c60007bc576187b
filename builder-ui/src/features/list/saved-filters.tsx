/** Filters that somebody keeps under a name, for themselves, beside each list. */
import { useState, type FormEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useSearchParams } from 'react-router'
import { usePreference } from '@/api/preferences'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Popover } from '@/ui/popover'
import { TextInput } from '@/ui/text-input'
import style from './saved-filters.module.css'

interface Saved {
  name: string
  /** The address: filter, search and order. */
  query: string
}

const isSaved = (value: unknown): value is Saved[] =>
  Array.isArray(value) && value.every((one: Partial<Saved> | null) => typeof one?.name === 'string' && typeof one.query === 'string')

/** What of an address makes a list what it is. */
export function keptQuery(parameters: URLSearchParams): string {
  const kept = new URLSearchParams()
  for (const name of ['q', 'filter', 'sort']) {
    const value = parameters.get(name)
    if (value) kept.set(name, value)
  }
  return kept.toString()
}

export function SavedFilters({ view }: { view: string }) {
  const { t } = useTranslation()
  const [parameters, setParameters] = useSearchParams()
  const [kept, keep] = usePreference(`filters.${view}`, isSaved)
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const all = kept ?? []
  const here = keptQuery(parameters)
  const shown = all.find((one) => one.query === here)

  const save = (event: FormEvent) => {
    event.preventDefault()
    const called = name.trim()
    if (called === '' || here === '') return
    keep([...all.filter((one) => one.name !== called), { name: called, query: here }])
    setName('')
    setOpen(false)
  }
  const remove = (gone: Saved) => {
    const rest = all.filter((one) => one !== gone)
    keep(rest.length > 0 ? rest : null)
  }
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      content={(
        <div className={style.panel} role="group" aria-label={t('list:saved.title')}>
          {all.length > 0 ? (
            <ul className={style.list}>
              {all.map((one) => (
                <li key={one.name} className={style.item}>
                  <button type="button" className={style.apply} aria-pressed={one === shown} onClick={() => { setParameters(one.query); setOpen(false) }}>
                    <Icon name={one === shown ? 'check' : 'star'} size={14} />
                    <span>{one.name}</span>
                  </button>
                  <Button kind="quiet" size="small" icon="delete" label={t('list:saved.remove', { name: one.name })} onClick={() => remove(one)} />
                </li>
              ))}
            </ul>
          ) : null}
          {here !== '' && !shown ? (
            <form className={style.form} onSubmit={save}>
              <TextInput label={t('list:saved.name')} placeholder={t('list:saved.name')} value={name} onChange={setName} autoFocus />
              <Button kind="primary" submit disabled={name.trim() === ''}>{t('action.save')}</Button>
            </form>
          ) : null}
          <p className={style.hint}>{all.length > 0 || here !== '' ? t('list:saved.mine') : t('list:saved.none')}</p>
        </div>
      )}
    >
      <Button icon="star" expanded={open} label={t('list:saved.title')}>{shown?.name}</Button>
    </Popover>
  )
}
