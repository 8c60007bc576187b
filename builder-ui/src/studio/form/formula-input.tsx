/** A formula, with what it can be made of to choose from: fields by what people call them, sums of line tables, the day, the person. */
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import type { FieldRef } from '../model/form-edit'
import type { Design } from './use-design'
import style from './panel.module.css'

interface Entry {
  value: string
  label: string
}

const numbers = ['integer', 'decimal', 'money', 'percent', 'duration']

/** What a formula of a field can be made of. In a line table its own columns are called by their name, the record's by `doc.`. */
export function useEntries(design: Design, { lines, field }: FieldRef): { label: string; options: Entry[] }[] {
  const { t } = useTranslation('studio')
  const outer = Object.entries(design.entity.fields)
  const columns = Object.entries((lines ? design.entity.fields[lines]?.fields : undefined) ?? {})
  const header = outer.flatMap(([name, one]) => (one.type === 'lines' || (!lines && name === field) ? [] : [{ value: lines ? `doc.${name}` : name, label: design.label({ field: name }) }]))
  const own = columns.flatMap(([name]) => (lines && name !== field ? [{ value: name, label: design.label({ lines, field: name }) }] : []))
  const sums = lines ? [] : outer.flatMap(([table, one]) => (one.type === 'lines' ? [
    ...Object.entries(one.fields ?? {}).flatMap(([name, inner]) => (numbers.includes(inner.type) ? [{ value: `sum(${table}.${name})`, label: t('formula.sum', { field: design.label({ lines: table, field: name }), table: design.label({ field: table }) }) }] : [])),
    { value: `count(${table})`, label: t('formula.count', { table: design.label({ field: table }) }) },
  ] : []))
  const words = (['today', 'user.id', 'user.department'] as const).map((value) => ({ value, label: t(`formula.words.${value.replace('.', '_')}`) }))
  return [
    { label: lines ? design.label({ field: lines }) : '', options: own },
    { label: t('formula.record'), options: header },
    { label: t('formula.sums'), options: sums },
    { label: t('formula.further'), options: words },
  ].filter(({ options }) => options.length > 0)
}

interface FormulaInputProps {
  id: string
  describedBy: string | undefined
  value: string
  entries: { label: string; options: Entry[] }[]
  onChange: (value: string) => void
}

export function FormulaInput({ id, describedBy, value, entries, onChange }: FormulaInputProps) {
  const { t } = useTranslation('studio')
  const box = useRef<HTMLInputElement>(null)
  /** What is chosen goes where the cursor stands, with room around it. */
  const put = (text: string) => {
    const at = box.current?.selectionStart ?? value.length
    const [before, after] = [value.slice(0, at), value.slice(at)]
    onChange(`${before}${before === '' || /[\s(]$/.test(before) ? '' : ' '}${text}${after === '' || /^[\s),]/.test(after) ? '' : ' '}${after}`)
    box.current?.focus()
  }
  return (
    <>
      <TextInput ref={box} id={id} describedBy={describedBy} value={value} onChange={onChange} className={style.mono ?? ''} />
      <Select size="small" searchable label={t('formula.put')} placeholder={t('formula.put')} value={null} onChange={(chosen) => { if (chosen) put(chosen) }} options={entries} />
    </>
  )
}
