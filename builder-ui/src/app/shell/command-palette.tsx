/** Ctrl+K: jump to a page, start a new record, find one; for those who build, to where a thing is made. */
import { useQueries } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel, useSession } from '@/api/app-context'
import { keys } from '@/api/keys'
import { lookupRecords } from '@/api/records'
import { paths } from '@/model/paths'
import { Icon } from '@/ui/icon'
import { Overlay } from '@/ui/overlay'
import { navigation } from './menu'
import { buildItems, createItems, pageItems, searchedEntities, type PaletteItem } from './palette-items'
import style from './command-palette.module.css'

/** Waits until typing pauses: each pause asks the server a few questions. */
function usePause<T>(value: T, wait = 180): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait)
    return () => clearTimeout(timer)
  }, [value, wait])
  return settled
}

function useFound(query: string): { items: PaletteItem[]; busy: boolean } {
  const { t } = useTranslation()
  const model = useAppModel()
  const session = useSession()
  const asked = usePause(query.trim())
  const sections = useMemo(() => navigation(model, session, t), [model, session, t])
  const entities = searchedEntities(model, sections)
  const answers = useQueries({
    queries: entities.map((entity) => ({
      queryKey: keys.lookup(entity, { q: asked, limit: 5 }),
      queryFn: ({ signal }: { signal: AbortSignal }) => lookupRecords(entity, { q: asked, limit: 5 }, signal),
      enabled: asked.length > 0,
      staleTime: 30_000,
    })),
  })
  const records = asked === '' ? [] : answers.flatMap((answer, n): PaletteItem[] => {
    const name = entities[n] ?? ''
    return (answer.data?.rows ?? []).map((row) => ({
      key: `${name}:${row.id}`, group: 'record', label: row.title, icon: model.entities[name]?.type === 'document' ? 'document' : 'list',
      note: [model.entities[name]?.label, row.subtitle && !row.title.includes(row.subtitle) ? row.subtitle : null].filter(Boolean).join(' · '), to: paths.record(name, row.id),
    }))
  })
  const pages = pageItems(
    [{ key: 'own', label: null, links: [
      { key: 'home', label: t('shell.home'), icon: 'home', to: paths.home },
      { key: 'tasks', label: t('shell.tasks'), icon: 'inbox', to: paths.tasks },
      { key: 'started', label: t('home.started'), icon: 'send', to: paths.started },
      { key: 'notifications', label: t('shell.notifications'), icon: 'bell', to: paths.notifications },
    ] }, ...sections], query)
  const creates = createItems(model, query, (label) => t('action.new_of', { label }))
  const builds = session.user.builder ? buildItems(model, query, (key, values) => t(key, values)) : []
  const few = query.trim() === ''
  return {
    items: [...records.slice(0, 12), ...pages.slice(0, few ? 8 : 6), ...creates.slice(0, few ? 5 : 4), ...builds.slice(0, 5)],
    busy: answers.some((answer) => answer.isFetching) || asked !== query.trim(),
  }
}

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const list = useId()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const { items, busy } = useFound(useDeferredValue(query))
  const active = items[Math.min(at, items.length - 1)]

  const go = (item: PaletteItem | undefined) => {
    if (!item) return
    onClose()
    void navigate(item.to)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setAt((now) => (Math.min(now, items.length - 1) + step + items.length) % Math.max(1, items.length))
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      go(active)
    }
  }
  useEffect(() => {
    if (active) document.getElementById(`${list}-${active.key}`)?.scrollIntoView({ block: 'nearest' })
  }, [active, list])

  return (
    <Overlay title={t('search.open')} onClose={onClose}>
      <div className={style.input}>
        <Icon name="search" size={18} />
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={active ? `${list}-${active.key}` : undefined}
          aria-label={t('search.open')}
          placeholder={t('search.placeholder')}
          value={query}
          onChange={(event) => { setQuery(event.target.value); setAt(0) }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div className={style.list} role="listbox" id={list} aria-label={t('search.results')}>
        {items.map((item, n) => (
          <div key={item.key}>
            {item.group === items[n - 1]?.group ? null : <div className={style.group} aria-hidden>{t(`search.group.${item.group}`)}</div>}
            <div
              role="option"
              id={`${list}-${item.key}`}
              aria-selected={item === active}
              className={style.item}
              tabIndex={-1}
              onMouseMove={() => setAt(n)}
              onClick={() => go(item)}
              onKeyDown={onKeyDown}
            >
              <Icon name={item.icon} />
              <span className={style.label}>{item.label}</span>
              {item.note ? <span className={style.note}>{item.note}</span> : null}
            </div>
          </div>
        ))}
        {items.length === 0 ? <p className={style.none}>{busy ? t('loading') : t('search.none', { query })}</p> : null}
      </div>
      <div className="visually-hidden" role="status">{busy ? '' : t('search.count', { count: items.length })}</div>
    </Overlay>
  )
}
