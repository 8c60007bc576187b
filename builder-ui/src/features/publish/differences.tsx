/** What differs, by definition, what weighs most first; texts in other languages stand together at the end. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Difference } from '@/api/publish'
import { languages } from '@/locales/i18n'
import { Icon } from '@/ui/icon'
import { differenceText } from './difference-text'
import style from './differences.module.css'

interface Group {
  key: string
  title: string
  kind: string
  items: { key: string; text: string; weight: Difference['weight'] }[]
  quiet: boolean
}

const heavier: Difference['weight'][] = ['loss', 'data', 'behaviour', 'words']

export function Differences({ differences, empty }: { differences: readonly Difference[]; empty?: string }) {
  const { t } = useTranslation(['publish', 'studio'])
  const groups = useMemo(() => grouped(differences, t), [differences, t])
  if (groups.length === 0) return <p className={style.none}>{empty ?? t('publish:diff.none')}</p>
  return (
    <ul className={style.groups}>
      {groups.map((group) => {
        const list = (
          <ul className={style.items}>
            {group.items.map((item) => (
              <li key={item.key} data-weight={item.weight}>
                {item.weight === 'loss' || item.weight === 'data' ? <Icon name={item.weight === 'loss' ? 'warning' : 'info'} size={14} label={t(`publish:weight.${item.weight}`)} /> : <Icon name="dot" size={14} />}
                <span>{item.text}</span>
              </li>
            ))}
          </ul>
        )
        const head = <><span className={style.title}>{group.title}</span> <span className={style.kind}>{group.kind}</span></>
        return (
          <li key={group.key}>
            {group.quiet
              ? <details><summary>{head} <span className={style.kind}>{t('publish:diff.texts', { count: group.items.length })}</span></summary>{list}</details>
              : <><p className={style.head}>{head}</p>{list}</>}
          </li>
        )
      })}
    </ul>
  )
}

function grouped(differences: readonly Difference[], t: ReturnType<typeof useTranslation>['t']): Group[] {
  const groups = new Map<string, Group>()
  for (const one of differences) {
    const text = differenceText(one, t)
    if (text === null) continue
    const quiet = one.kind === 'translations'
    const key = `${one.kind} ${one.name}`
    const language = languages.find(({ code }) => one.name.includes(`/${code}/`))?.label
    const kind = quiet ? t('publish:diff.texts_in', { language }) : t(`studio:kind.${one.kind}`, { defaultValue: one.kind })
    const group = groups.get(key) ?? { key, title: one.of, kind, items: [], quiet }
    group.items.push({ key: `${one.path} ${one.change} ${group.items.length}`, text, weight: one.weight })
    groups.set(key, group)
  }
  const weight = (group: Group) => Math.min(...group.items.map((item) => heavier.indexOf(item.weight))) + (group.quiet ? 10 : 0)
  return [...groups.values()].sort((a, b) => weight(a) - weight(b))
}
