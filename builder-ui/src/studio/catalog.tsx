/** What there is to build on: things with their forms, lists, flows and tables, then what serves all of them. */
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { About, Kind } from '@/api/studio'
import { Button } from '@/ui/button'
import { Icon, type IconName } from '@/ui/icon'
import { MenuButton } from '@/ui/menu-button'
import { TextInput } from '@/ui/text-input'
import { textsPage, useDraftState } from './context'
import style from './catalog.module.css'

const icons: Partial<Record<Kind, IconName>> = {
  entity: 'layout', view: 'list', workflow: 'workflow', decision: 'list_checks', role: 'shield', menu: 'menu', pack: 'settings',
  mapping: 'copy', import: 'upload', calendar: 'calendar',
}
/** In the order in which one builds. Forms are opened with their thing; texts stand where they are said. */
const ofEntity: Kind[] = ['entity', 'view', 'workflow', 'decision']
const general: Kind[] = ['decision', 'role', 'menu', 'mapping', 'import', 'calendar', 'pack']

interface Group {
  key: string
  label: string
  /** The thing that all of it is about. */
  of?: string
  items: About[]
}

function groups(definitions: readonly About[], t: (key: string) => string): Group[] {
  // Daily work first; people and departments come with every installation.
  const isSystem = (one: About) => one.file.startsWith('system/')
  const entities = definitions.filter((one) => one.kind === 'entity').sort((a, b) => Number(isSystem(a)) - Number(isSystem(b)))
  const named = (one: About) => one.label ?? one.name
  const things = entities.map((entity): Group => ({
    key: entity.file,
    label: named(entity),
    of: entity.name,
    items: ofEntity.flatMap((kind) => definitions.filter((one) => one.kind === kind && (one === entity || (one.entity === entity.name && kind !== 'entity')))),
  }))
  const grouped = new Set(things.flatMap((group) => group.items))
  const rest = general.flatMap((kind): Group[] => {
    const items = definitions.filter((one) => one.kind === kind && !grouped.has(one))
    return items.length ? [{ key: kind, label: t(`kinds.${kind}`), items }] : []
  })
  return [...things, ...rest]
}

/** What can be made of a thing beside its form. */
const fresh = ['list', 'kanban', 'calendar', 'approval', 'decision'] as const
const freshIcons = { list: 'list', kanban: 'columns', calendar: 'calendar', approval: 'workflow', decision: 'list_checks' } as const

interface CatalogProps {
  chosen: string | null
  onChoose: (file: string) => void
  onNew: (kind: string, of: string | null) => void
}

export function Catalog({ chosen, onChoose, onNew }: CatalogProps) {
  const { t } = useTranslation('studio')
  const definitions = useDraftState((state) => state.draft.definitions)
  const problems = useDraftState((state) => state.draft.problems)
  const [search, setSearch] = useState('')
  const all = useMemo(() => groups(definitions, t), [definitions, t])
  const wrong = useMemo(() => new Set(problems.filter((one) => one.severity === 'error').map((one) => one.file)), [problems])
  const list = useRef<HTMLElement>(null)
  // One comes here from elsewhere, too: what is open is in sight.
  useEffect(() => void list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [chosen])
  const needle = search.trim().toLowerCase()
  const fits = (group: Group, one: About) => [group.label, one.label ?? '', one.name].some((text) => text.toLowerCase().includes(needle))
  const shown = all.map((group) => ({ ...group, items: group.items.filter((one) => fits(group, one)) })).filter((group) => group.items.length)
  return (
    <nav ref={list} className={style.catalog} aria-label={t('catalog.label')} data-pane>
      <div className={style.search}><TextInput type="search" size="small" value={search} onChange={setSearch} placeholder={t('catalog.search')} label={t('catalog.search')} clear={t('common:action.clear')} prefix={<Icon name="search" size={14} />} /><Button size="small" icon="add" onClick={() => onNew('any', null)}>{t('catalog.new')}</Button></div>
      <button type="button" className={style.item} aria-current={chosen === textsPage ? 'page' : undefined} onClick={() => onChoose(textsPage)}>
        <Icon name="language" size={15} /><span className={style.label}>{t('texts.title')}</span>
      </button>
      {shown.length === 0 ? <p className={style.none}>{t('catalog.none')}</p> : null}
      {shown.map((group) => (
        <section key={group.key} className={style.group}>
          <div className={style.top}>
            <h2 className={style.heading}>{group.label}</h2>
            {group.of ? (
              <MenuButton entries={fresh.map((kind) => ({ key: kind, label: t(`add.kind.${kind}`), icon: freshIcons[kind], onSelect: () => onNew(kind, group.of ?? null) }))}>
                <Button kind="quiet" size="small" icon="add" label={t('catalog.new_of', { label: group.label })} />
              </MenuButton>
            ) : null}
          </div>
          <ul>
            {group.items.map((one) => (
              <li key={one.file}>
                <button type="button" className={style.item} aria-current={one.file === chosen ? 'page' : undefined} onClick={() => onChoose(one.file)}>
                  <Icon name={icons[one.kind ?? 'pack'] ?? 'document'} size={15} />
                  <span className={style.label}>{one.kind === 'entity' ? t('catalog.form') : one.kind === 'view' && !one.label ? t('catalog.list') : (one.label ?? one.name)}</span>
                  {wrong.has(one.file) ? <Icon name="error" size={14} label={t('problems.error')} className={style.wrong} /> : null}
                  {one.changed ? <span className={style.changed} title={t('catalog.changed')}><span className="visually-hidden">{t('catalog.changed')}</span></span> : null}
                  {one.origin === 'vendor' ? null : <span className={style.origin}>{t(`origin.${one.origin}`)}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}
