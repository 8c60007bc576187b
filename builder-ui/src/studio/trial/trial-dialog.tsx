/** A flow tried before it is published: on a record as somebody at some time, and on the approvals that have ended. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { trialRecords, tryDraft, whatIf, type Tried, type Way } from '@/api/studio'
import { PersonSelect } from '@/features/people/person-select'
import { errorText } from '@/locales/i18n'
import type { EntityDefinition } from '@/model/definition'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Empty } from '@/ui/empty'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { useDefinition, useDraftState, useOpenDraft } from '../context'
import { humanised } from '../form/use-design'
import { useTexts } from '../use-texts'
import style from './trial-dialog.module.css'

/** So many approvals that have ended are gone through again. */
const last = 20

export default function TrialDialog({ entity: name, onClose }: { entity: string; onClose: () => void }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  // By the draft itself: whoever builds need not see such records.
  const about = useDraftState((state) => state.draft.definitions).find((one) => one.kind === 'entity' && one.name === name)
  const file = about?.file ?? ''
  const entity = useDefinition<EntityDefinition>(file)
  const texts = useTexts(file, 'entity', name)
  useEffect(() => {
    if (file) void open.load(file)
  }, [open, file])
  const cycle = entity?.lifecycle as { transitions?: Record<string, { label?: string; workflow?: string }> } | undefined
  const transitions = Object.entries(cycle?.transitions ?? {}).filter(([, one]) => one.workflow)
  const [chosen, setTransition] = useState<string | null>(null)
  const transition = chosen ?? transitions[0]?.[0] ?? null
  /** Whose records; one's own where nobody is chosen. */
  const [eyes, setEyes] = useState<string | null>(null)
  const asWhom = eyes ? { as: eyes } : {}
  const [record, setRecord] = useState<string | null>(null)
  const [person, setPerson] = useState<string | null>(null)
  const [at, setAt] = useState('')
  const [search, setSearch] = useState('')
  const records = useQuery({ queryKey: ['trial', name, search, eyes], queryFn: () => trialRecords(open.store.getState().draft.id, { entity: name, q: search, ...asWhom }), retry: false })
  const saved = async () => {
    await open.flush()
    return open.store.getState().draft.id
  }
  const one = useMutation({
    mutationFn: async () => tryDraft(await saved(), { entity: name, record: record ?? '', transition: transition ?? '', ...(person ? { by: person } : {}), ...(at ? { at: new Date(at).toISOString() } : {}), ...asWhom }),
  })
  const many = useMutation({ mutationFn: async () => whatIf(await saved(), { entity: name, transition: transition ?? '', limit: last, ...asWhom }) })
  const failure = one.error ?? many.error
  return (
    <Dialog open title={t('trial.title')} width={760} onClose={onClose}>
      {entity === undefined || !texts ? <SkeletonRows rows={4} height={40} /> : transitions.length === 0 ? <Empty icon="workflow" title={t('trial.nothing')} text={t('trial.nothing_text')} /> : (
        <div className={style.body}>
          <p className={style.told}>{t('trial.text')}</p>
          {failure ? <Notice kind="error">{errorText(failure, t)}</Notice> : null}
          <div className={style.form}>
            <FieldFrame label={t('trial.eyes')} help={t('trial.eyes_help')}>
              {({ id }) => <PersonSelect id={id} value={eyes} onChange={(next) => { setEyes(next); setRecord(null) }} clearable />}
            </FieldFrame>
            <FieldFrame label={t('trial.record')} {...(records.data?.rows.length === 0 && search === '' || records.error ? { help: t('trial.sees_none') } : {})}>
              {({ id }) => <Select id={id} value={record} onChange={setRecord} placeholder={about?.label ?? name} onSearch={setSearch} busy={records.isFetching} options={(records.data?.rows ?? []).map((row) => ({ value: row.id, label: row.title }))} />}
            </FieldFrame>
            {transitions.length > 1 ? (
              <FieldFrame label={t('trial.transition')}>
                {({ id }) => <Select id={id} value={transition} onChange={setTransition} options={transitions.map(([key, value]) => ({ value: key, label: texts.say(`lifecycle.transitions.${key}.label`, value.label) || humanised(key) }))} />}
              </FieldFrame>
            ) : null}
            <FieldFrame label={t('trial.person')} help={t('trial.person_help')}>
              {({ id }) => <PersonSelect id={id} value={person} onChange={setPerson} clearable />}
            </FieldFrame>
            <FieldFrame label={t('trial.at')} help={t('trial.at_help')}>
              {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} type="datetime-local" value={at} onChange={setAt} />}
            </FieldFrame>
          </div>
          <div className={style.acts}>
            <Button kind="primary" icon="eye" busy={one.isPending} disabled={!record || !transition} onClick={() => { many.reset(); one.mutate() }}>{t('trial.try')}</Button>
            <Button icon="history" busy={many.isPending} disabled={!transition} onClick={() => { one.reset(); many.mutate() }}>{t('trial.what_if', { count: last })}</Button>
          </div>
          <div aria-live="polite">
            {one.data ? <Ways tried={one.data} /> : null}
            {many.data ? (
              <>
                <p className={style.sum}>{many.data.seen === 0 ? t('trial.none_ended') : t('trial.differ', { count: many.data.differ.length, seen: many.data.seen })}</p>
                {many.data.differ.map((tried) => <section key={tried.id} className={style.past}><h3>{eyes ? tried.title : <Link to={paths.record(tried.entity, tried.id)} target="_blank">{tried.title}</Link>}</h3><Ways tried={tried} /></section>)}
              </>
            ) : null}
          </div>
        </div>
      )}
    </Dialog>
  )
}

function Ways({ tried }: { tried: Tried }) {
  const { t } = useTranslation('studio')
  return (
    <div className={style.ways}>
      <OneWay title={t('trial.now')} way={tried.now} />
      <OneWay title={t('trial.then')} way={tried.then} />
    </div>
  )
}

function OneWay({ title, way }: { title: string; way: Way }) {
  const { t } = useTranslation('studio')
  const stops = way.nodes.filter(({ kind }) => kind !== 'action')
  return (
    <section className={style.way}>
      <h4>{title}</h4>
      {way.refused ? <p className={style.refused}><Icon name="warning" size={14} />{way.refused}</p> : null}
      <ol>
        {stops.map((node, n) => (
          <li key={`${node.node} ${String(n)}`}>
            <Icon name={node.kind === 'end' ? 'done' : node.kind === 'notify' ? 'bell' : 'person'} size={15} />
            <span>
              <strong>{node.label}</strong>
              {node.people.length ? <span className={style.people}>{node.people.map((one) => one.name).join(t('flow.list_comma'))}</span> : null}
              {node.reason ? <span className={style.why}>{node.reason}</span> : null}
            </span>
          </li>
        ))}
      </ol>
      {way.stopped ? <p className={style.why}>{way.stopped}</p> : null}
      {!way.refused && stops.length === 0 ? <p className={style.why}>{t('trial.nobody')}</p> : null}
    </section>
  )
}
