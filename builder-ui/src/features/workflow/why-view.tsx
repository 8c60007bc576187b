/** Why it came here and why these people decide, in sentences; with the way to the rule for those who may change it. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { beginDraft, listDrafts, readDraft } from '@/api/studio'
import { readWhy, type Condition, type Looked, type WayStep, type Why } from '@/api/workflows'
import { errorText } from '@/locales/i18n'
import { formatDatetime } from '@/model/format'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { SkeletonRows } from '@/ui/skeleton'
import { lookedText, viaText } from './why-text'
import style from './why-view.module.css'

export function WhyView({ instance, node }: { instance: string; node: string }) {
  const { t } = useTranslation('workflows')
  const why = useQuery({ queryKey: keys.why(instance, node), queryFn: () => readWhy(instance, node) })
  if (why.isPending) return <SkeletonRows rows={3} height={32} />
  if (!why.data) return <Notice kind="error" action={<Button size="small" onClick={() => void why.refetch()}>{t('common:action.retry')}</Button>}>{errorText(why.error, t as never)}</Notice>
  return <Told why={why.data} />
}

function Told({ why }: { why: Why }) {
  const { t } = useTranslation('workflows')
  const decisions = tables(why)
  return (
    <div className={style.why}>
      {why.visited || why.passed_by.length > 0 || why.way.length > 0 ? null : <p>{t('why.ahead')}</p>}
      {why.passed_by.map((one) => (
        <p key={one.node}>{t('why.passed_by', { node: one.label, way: one.slot_label ?? t(`why.slot.${one.slot}`, { defaultValue: one.slot }) })}</p>
      ))}
      <ol className={style.way}>{why.way.map((step, index) => <Step key={`${step.kind}-${index}`} step={step} why={why} />)}</ol>
      {why.people.some((person) => person.via) ? (
        <>
          <h4>{t('why.people')}</h4>
          <ul className={style.people}>
            {why.people.map((person, index) => {
              const text = viaText(person, t)
              return text ? <li key={`${person.id}-${index}`}>{text}</li> : null
            })}
          </ul>
        </>
      ) : null}
      {why.left_out && why.left_out.length > 0 ? (
        <ul className={style.people}>
          {why.left_out.map(({ who, reason }) => <li key={who.id}>{t(`left_out.${reason.code}`, { name: who.name, node: reason.label ?? '', defaultValue: who.name })}</li>)}
        </ul>
      ) : null}
      {why.nobody ? <p className={style.note}>{t('why.nobody')}</p> : null}
      {why.can_build ? <ChangeRule why={why} decisions={decisions} /> : null}
    </div>
  )
}

function Step({ step, why }: { step: WayStep; why: Why }) {
  const { t, i18n } = useTranslation('workflows')
  const when = <time dateTime={step.at}>{formatDatetime(step.at, i18n.language)}</time>
  const by = step.by?.name ?? ''
  const node = step.label ?? ''
  if (step.kind === 'chose') {
    const held = step.tried?.find((one) => one.held)
    const failed = (step.tried ?? []).filter((one) => !one.held)
    return (
      <li>
        <p>{held ? t('why.chose', { node, case: held.label }) : t('why.chose_rest', { node })} {when}</p>
        {held ? <Because condition={held.condition} why={why} /> : null}
        {failed.map((one) => (
          <Fragment key={one.case}>
            <p className={style.note}>{t('why.did_not_hold', { case: one.label })}</p>
            {held ? null : <Because condition={one.condition} why={why} />}
          </Fragment>
        ))}
      </li>
    )
  }
  if (step.kind === 'branched') {
    return (
      <li>
        <p>{t(step.condition ? 'why.branched_because' : 'why.branched', { node, branch: step.branch_label ?? '' })} {when}</p>
        {step.condition ? <Because condition={step.condition} why={why} /> : null}
      </li>
    )
  }
  const said = step.kind === 'decided'
    ? step.outcome_label ? t('why.decided_outcome', { node, outcome: step.outcome_label }) : t(step.automatic ? 'why.decided_automatic' : step.approved ? 'why.decided' : 'why.decided_against', { node })
    : t(`why.${step.kind}`, { name: by, node })
  return <li><p>{said} {when}</p>{step.reason ? <p className={style.note}>{t('quoted', { text: step.reason })}</p> : null}</li>
}

/** What a condition looked at, with the values as they were. */
function Because({ condition, why }: { condition: Condition; why: Why }) {
  const { t } = useTranslation('workflows')
  return (
    <div className={style.because}>
      <LookedList list={condition.looked} why={why} />
      {condition.hidden ? <p className={style.note}><Icon name="lock" size={13} /> {t('why.hidden')}</p> : null}
      {condition.text && why.can_build ? <code className={style.code}>{condition.text}</code> : null}
    </div>
  )
}

function LookedList({ list, why }: { list: Looked[]; why: Why }): ReactNode {
  const { t, i18n } = useTranslation('workflows')
  const model = useAppModel()
  if (list.length === 0) return null
  return (
    <ul className={style.looked}>
      {list.map((one, index) => {
        if (one.what === 'table') {
          return (
            <li key={`${one.label}-${index}`}>
              <p>{t('why.table', { table: one.label })}</p>
              <ul className={style.rules}>{(one.rules ?? []).map((rule) => <li key={rule.rule}><Icon name="check" size={13} />{rule.label}</li>)}</ul>
              {one.rules?.length === 0 && !one.hidden ? <p className={style.note}>{t('why.no_row')}</p> : null}
              <LookedList list={one.looked ?? []} why={why} />
            </li>
          )
        }
        if (one.what === 'records') return <li key={`${one.label}-${index}`}>{t('why.records', { name: one.label })}</li>
        const label = one.what === 'lines' ? t(`why.how.${one.how}`, { of: one.label, defaultValue: one.label }) : one.label
        // What it was worked out from says more than the bare number that came of it.
        return (
          <li key={`${one.label}-${index}`}>
            {one.hidden && one.value === null ? null : <p className={style.value}><span>{label}</span> <strong>{lookedText(one, model, why.titles, i18n.language, t)}</strong>{one.now ? <em>{t('why.now')}</em> : null}</p>}
            {one.looked ? <LookedList list={one.looked} why={why} /> : null}
          </li>
        )
      })}
    </ul>
  )
}

/** The decision tables that spoke. */
function tables(why: Why): string[] {
  const found = new Set<string>()
  const walk = (list: Looked[]): void => {
    for (const one of list) {
      const { decision } = one as Looked & { decision?: string }
      if (decision) found.add(decision)
      walk(one.looked ?? [])
    }
  }
  for (const step of why.way) for (const one of step.tried ?? []) walk(one.condition.looked)
  return [...found]
}

/** Opens the rule in the studio: in a draft that one works on already, else in a new one. */
function ChangeRule({ why, decisions }: { why: Why; decisions: string[] }) {
  const { t } = useTranslation('workflows')
  const navigate = useNavigate()
  const open = useMutation({
    mutationFn: async ({ kind, name }: { kind: 'workflow' | 'decision'; name: string }) => {
      const { drafts } = await listDrafts()
      const mine = drafts.find((draft) => draft.mine && draft.status === 'open')
      const draft = mine ? await readDraft(mine.id) : await beginDraft('')
      const file = draft.definitions.find((one) => one.kind === kind && one.name === name)?.file
      void navigate(`${paths.draft(draft.id)}${file ? `?${new URLSearchParams({ file, ...(kind === 'workflow' ? { at: `nodes.${why.node}` } : {}) })}` : ''}`)
    },
  })
  return (
    <p className={style.change}>
      <Button size="small" icon="edit" busy={open.isPending} onClick={() => open.mutate({ kind: 'workflow', name: why.workflow })}>{t('why.change_flow')}</Button>
      {decisions.map((name) => <Button key={name} size="small" icon="edit" onClick={() => open.mutate({ kind: 'decision', name })}>{t('why.change_table')}</Button>)}
      {open.isError ? <span role="alert" className={style.note}>{errorText(open.error, t as never)}</span> : null}
    </p>
  )
}
