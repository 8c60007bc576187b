// Lines on a phone: a card each, edited in a sheet.
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { FormatContext } from '@/fields/field-type'
import { FieldValue } from '@/fields/field-value'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import type { Line } from '@/model/record'
import { Button } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { Icon } from '@/ui/icon'
import { elementId, useForm } from '../form-context'
import { FormField } from '../form/form-field'
import { asLinePlace, linesOf } from '../model/paths'
import { isBlank } from '../model/values'
import { useLineProblems } from './line-problems'
import { totalOf } from './totals'
import { useColumns } from './use-columns'
import style from './cards.module.css'

interface LineCardsProps {
  table: Field
  label: string
  columns: readonly string[]
  totals: readonly string[]
}

/** Cards that are drawn at first; more come as one asks for them. */
const FIRST = 30

export function LineCards({ table, label, columns: names, totals }: LineCardsProps) {
  const { t } = useTranslation('record')
  const { form, language, onJump } = useForm()
  const lines = useStore(form.store, (state) => linesOf(state.values, table.name))
  const titles = useStore(form.store, (state) => state.titles)
  const { columns, open } = useColumns(table, names, totals)
  const problems = useLineProblems(table)
  const [edited, setEdited] = useState<string | null>(null)
  const [shown, setShown] = useState(FIRST)
  const at = lines.findIndex((line) => line.id === edited)
  const context: FormatContext = useMemo(() => ({ language, titles, words: { yes: t('yes'), no: t('no') } }), [language, titles, t])

  useEffect(
    () =>
      onJump((path) => {
        const place = asLinePlace(path)
        if (place?.lines !== table.name) return false
        setEdited(place.id)
        return true
      }),
    [onJump, table],
  )

  const add = (rows: Partial<Line>[], position: number): void => {
    const [id] = form.insertLines(table.name, position, rows)
    setEdited(id ?? null)
  }
  const [first, ...rest] = columns
  return (
    <div className={style.cards} id={elementId(table.name)}>
      {lines.length === 0 && <p className={style.none}>{t('lines.none')}</p>}
      <ul aria-label={label}>
        {lines.slice(0, shown).map((line, index) => {
          const wrong = problems.of(line)
          const heading = first ? (problems.unreadable[line.id]?.[first.field.name]?.text ?? fieldType(first.field.type).format(line[first.field.name], first.field, context)) : ''
          return (
            <li key={line.id}>
              <button type="button" className={`${style.card} ${wrong ? style.wrong : ''}`} onClick={() => setEdited(line.id)} aria-label={t('lines.edit', { line: index + 1, title: heading })}>
                <span className={style.heading}>
                  <span className={style.number}>{index + 1}</span>
                  <span className={style.title}>{heading || t('lines.untitled')}</span>
                  {wrong && <Icon name="alert" size={15} />}
                  <Icon name="right" size={15} />
                </span>
                <span className={style.values}>
                  {rest.filter(({ field }) => !isBlank(line[field.name])).map(({ field, currency }) => (
                    <span key={field.name} className={totals.includes(field.name) ? style.strong : undefined}>
                      <small>{field.label}</small>
                      {field.type === 'image'
                        ? <FieldValue value={line[field.name]} field={field} context={context} compact />
                        : fieldType(field.type).format(line[field.name], field, { ...context, currency })}
                    </span>
                  ))}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {lines.length > shown && <Button wide onClick={() => setShown(shown + 100)}>{t('lines.more', { count: lines.length - shown })}</Button>}
      {totals.length > 0 && lines.length > 0 && (
        <dl className={style.totals}>
          {columns.filter(({ field }) => totals.includes(field.name)).map(({ field, currency }) => (
            <div key={field.name}>
              <dt>{field.label}</dt>
              <dd>
                {currency && <small>{currency} </small>}
                {fieldType(field.type).format(totalOf(lines, field.name), field, { language, currency })}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {open && <Button wide icon="add" onClick={() => add([{}], lines.length)}>{t('lines.add')}</Button>}
      <Drawer open={at >= 0} title={t('lines.sheet', { line: at + 1, count: lines.length })} placement="bottom" size="88%" onClose={() => setEdited(null)}>
        {at >= 0 && (
          <div className={style.sheet}>
            <div className={style.fields}>
              {columns.map(({ field }) => (
                <FormField key={`${edited}.${field.name}`} path={`${table.name}.${edited}.${field.name}`} field={field} asker={`${form.entity.name}.${table.name}.${field.name}`} />
              ))}
            </div>
            <footer className={style.foot}>
              <Button icon="left" label={t('lines.previous')} disabled={at === 0} onClick={() => setEdited(lines[at - 1]?.id ?? null)} />
              <Button icon="right" label={t('lines.next')} disabled={at >= lines.length - 1} onClick={() => setEdited(lines[at + 1]?.id ?? null)} />
              {open && (
                <>
                  <Button icon="copy" label={t('lines.duplicate')} onClick={() => add([copyOf(lines[at], table)], at + 1)} />
                  <Button kind="danger" icon="delete" label={t('lines.remove')} onClick={() => { if (edited) form.removeLines(table.name, [edited]); setEdited(null) }} />
                </>
              )}
              <Button kind="primary" className={style.done ?? ''} onClick={() => setEdited(null)}>{t('done')}</Button>
            </footer>
          </div>
        )}
      </Drawer>
    </div>
  )
}

function copyOf(line: Line | undefined, table: Field): Partial<Line> {
  return Object.fromEntries(
    Object.entries(line ?? {}).filter(([key]) => key !== 'id' && table.fields?.[key]?.writable && table.fields[key].formula === undefined),
  )
}
