// A line table on the form: a grid where there is room, cards on a phone.
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { useShallow } from 'zustand/react/shallow'
import type { Field } from '@/model/app'
import { Card } from '@/ui/card'
import { Notice } from '@/ui/notice'
import { phone, useMedia } from '@/ui/use-media'
import { fieldState, useForm } from '../form-context'
import { useProblemText } from '../form/problem-text'
import { checkRecord } from '../model/check'
import { isRequired } from '../model/evaluate'
import { linesOf } from '../model/paths'
import type { Shown } from '../model/problems'
import { LineCards } from './line-cards'
import { LineGrid } from './line-grid'
import style from './grid.module.css'

interface LinesPartProps {
  table: Field
  label: string
  columns: readonly string[]
  totals: readonly string[]
  /** Inside a tab, which is the frame. */
  bare?: boolean
}

export default function LinesPart({ table, label, columns, totals, bare = false }: LinesPartProps) {
  const context = useForm()
  const { t } = useTranslation('record')
  const small = useMedia(phone)
  const visible = useStore(context.form.store, (state) => fieldState(context, state, table.name).visible)
  const count = useStore(context.form.store, (state) => linesOf(state.values, table.name).length)
  if (!visible) return null
  const content = (
    <>
      <TableProblems table={table} />
      {small
        ? <LineCards table={table} label={label} columns={columns} totals={totals} />
        : <LineGrid table={table} label={label} columns={columns} totals={totals} />}
    </>
  )
  return bare ? content : (
    <Card flush label={label} title={<>{label}<span className={style.count}>{t('lines.count', { count })}</span></>}>{content}</Card>
  )
}

/** What is wrong with the table as a whole: too few lines, a rule over all of them. */
function TableProblems({ table }: { table: Field }) {
  const { form, entity, evaluator } = useForm()
  const say = useProblemText()
  const told = useStore(
    form.store,
    useShallow((state) => [
      ...state.refused.filter((one) => one.path === table.name),
      ...state.drafted.filter((one) => one.path === table.name && (one.level === 'warn' || state.attempted)),
    ]),
  )
  const problems = told.map(({ path, code, message, level }): Shown => ({ path, code, message, level: level ?? 'error' }))
  const few = useStore(form.store, (state) =>
    state.attempted ? checkRecord(entity, state.values, (path) => path === table.name, (field) => isRequired(evaluator, field, { values: state.values })).find((one) => one.path === table.name)?.code : undefined,
  )
  const limit = Number(few === 'many_lines' ? table.max : Math.max(1, Number(table.min ?? 1)))
  const shown: Shown[] = few ? [{ path: table.name, level: 'error', code: few, values: { limit } }] : problems
  if (shown.length === 0) return null
  return (
    <div className={style.tableProblems}>
      {shown.map((problem) => <Notice key={problem.message ?? problem.code} kind={problem.level === 'error' ? 'error' : 'warning'}>{say(problem)}</Notice>)}
    </div>
  )
}
