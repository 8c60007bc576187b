/** Why somebody sees a record or a field of it, or does not: role by role, with what decided. For administrators. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { explain, type Because, type Explained, type RoleExplained } from '@/api/history'
import { keys } from '@/api/keys'
import { lookupRecords } from '@/api/records'
import { PersonSelect } from '@/features/people/person-select'
import { errorText } from '@/locales/i18n'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import style from './explain.module.css'

interface ExplainDialogProps {
  /** The record that is open; chosen here, if none. */
  record?: { entity: string; id: string }
  /** Whose sight is asked about; chosen here, if nobody. */
  person?: { id: string; name: string }
  onClose: () => void
}

export default function ExplainDialog({ record, person, onClose }: ExplainDialogProps) {
  const { t } = useTranslation('administration')
  const model = useAppModel()
  const [user, setUser] = useState<string | null>(person?.id ?? null)
  const [entity, setEntity] = useState<string | null>(record?.entity ?? null)
  const [id, setId] = useState<string | null>(record?.id ?? null)
  const [field, setField] = useState<string | null>(null)
  const known = entity === null ? undefined : model.entities[entity]
  const fields = Object.values(known?.fields ?? {}).flatMap((one) => [
    { value: one.name, label: one.label },
    ...Object.values(one.fields ?? {}).map((inner) => ({ value: `${one.name}.${inner.name}`, label: `${one.label} · ${inner.label}` })),
  ])
  const asked = user !== null && entity !== null && id !== null
  const answer = useQuery({
    queryKey: ['explain', entity, id, user, field],
    queryFn: () => explain(entity ?? '', id ?? '', user ?? '', field ?? undefined),
    enabled: asked,
  })
  return (
    <Dialog open title={person ? t('explain.title_of', { name: person.name }) : t('explain.title')} onClose={onClose} width={640}>
      <div className={style.asked}>
        {person ? null : <FieldFrame label={t('explain.person')}>{({ id: own }) => <PersonSelect id={own} value={user} onChange={setUser} />}</FieldFrame>}
        {record ? null : (
          <>
            <FieldFrame label={t('explain.entity')}>
              {({ id: own }) => <Select id={own} value={entity} searchable onChange={(next) => { setEntity(next); setId(null); setField(null) }} options={Object.values(model.entities).map(({ name, label }) => ({ value: name, label }))} />}
            </FieldFrame>
            {entity === null ? null : <FieldFrame label={t('explain.record')}>{({ id: own }) => <RecordSelect id={own} entity={entity} value={id} onChange={setId} />}</FieldFrame>}
          </>
        )}
        {fields.length > 0 ? (
          <FieldFrame label={t('explain.field')}>
            {({ id: own }) => <Select id={own} value={field} onChange={setField} options={fields} searchable clearable placeholder={t('explain.whole')} />}
          </FieldFrame>
        ) : null}
      </div>
      {answer.error ? <Notice kind="error">{errorText(answer.error, t)}</Notice> : null}
      {asked && answer.isPending ? <SkeletonRows rows={3} height={48} /> : null}
      {answer.data ? <Answer told={answer.data} /> : null}
      {asked ? null : <p className={style.hint}>{t('explain.hint')}</p>}
    </Dialog>
  )
}

function RecordSelect({ id, entity, value, onChange }: { id: string; entity: string; value: string | null; onChange: (id: string | null) => void }) {
  const [text, setText] = useState('')
  const query = { q: text, limit: 20 }
  const found = useQuery({ queryKey: keys.lookup(entity, query), queryFn: ({ signal }) => lookupRecords(entity, query, signal), placeholderData: (before) => before })
  const options = (found.data?.rows ?? []).map((row) => ({ value: row.id, label: row.title }))
  return <Select id={id} value={value} onChange={onChange} options={options} onSearch={setText} busy={found.isFetching} />
}

function Answer({ told }: { told: Explained }) {
  const { t } = useTranslation('administration')
  const sees = told.shows_field ?? told.shows_row
  const what = told.field ? t(`explain.${sees ? 'sees_field' : 'sees_field_not'}`, { name: told.name, field: told.field }) : t(`explain.${sees ? 'sees' : 'sees_not'}`, { name: told.name })
  return (
    <>
      <Notice kind={sees ? 'success' : 'warning'}>
        <strong>{what}</strong>
        {told.active ? null : <> {t('explain.inactive')}</>}
        {told.roles.length === 0 ? <> {t('explain.no_roles')}</> : null}
        {told.field && !told.shows_row ? <> {t('explain.no_row')}</> : null}
      </Notice>
      <ul className={style.roles}>
        {told.roles.map((role) => <RoleAnswer key={role.role} role={role} told={told} />)}
        {told.tasks.map((task) => (
          <li key={task.node} className={style.role}>
            <p className={style.head}><Icon name="check" className={style.yes ?? ''} /><strong>{t('explain.task', { label: task.label })}</strong></p>
            <p className={style.text}>{t('explain.task_text')}</p>
          </li>
        ))}
      </ul>
    </>
  )
}

function RoleAnswer({ role, told }: { role: RoleExplained; told: Explained }) {
  const { t } = useTranslation('administration')
  const shows = role.shows_row && (role.field === null || role.field.reason === 'shown')
  return (
    <li className={style.role}>
      <p className={style.head}>
        <Icon name={shows ? 'check' : 'close'} className={(shows ? style.yes : style.no) ?? ''} label={t(shows ? 'explain.yes' : 'explain.no')} />
        <strong>{role.label}</strong>
        <span>{t(`explain.scope.${role.scope}`)}</span>
      </p>
      {role.because && role.scope !== 'all' ? <Condition because={role.because} told={told} /> : null}
      {role.field ? <p className={style.text}>{t(`explain.field_${role.field.reason}`, { roles: (role.field.roles ?? []).join(', ') })}</p> : null}
    </li>
  )
}

function Condition({ because, told }: { because: Because; told: Explained }) {
  const { t } = useTranslation('administration')
  const parts = because.parts ?? []
  if (because.kind === 'all' || because.kind === 'any' || because.kind === 'not') {
    return (
      <div className={style.group}>
        <p className={style.text}>{t(`explain.${because.kind}`)}</p>
        {parts.map((part, index) => <Condition key={index} because={part} told={told} />)}
      </div>
    )
  }
  return (
    <p className={style.condition}>
      <Icon name={because.holds ? 'check' : 'close'} size={13} className={(because.holds ? style.yes : style.no) ?? ''} label={t(because.holds ? 'explain.holds' : 'explain.holds_not')} />
      <span>{because.kind === 'value' ? <Comparison because={because} told={told} /> : because.kind === 'lines' ? t('explain.lines', { label: because.label }) : t(because.holds ? 'explain.always' : 'explain.never')}</span>
    </p>
  )
}

function Comparison({ because, told }: { because: Because; told: Explained }) {
  const { t } = useTranslation('administration')
  const say = (value: unknown): string => {
    if (value === null || value === undefined || value === '') return t('explain.empty_value')
    if (typeof value === 'boolean') return t(value ? 'explain.yes' : 'explain.no')
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return text === told.user ? told.name : (told.titles[text] ?? text)
  }
  const wanted = (because.wanted ?? []).map(say).join(', ')
  const rule = t(`explain.operator.${because.operator ?? '='}`, { label: because.label, wanted, nsSeparator: '::', defaultValue: `${because.label} ${because.operator} ${wanted}` })
  return <>{rule} <span className={style.actual}>{'actual' in because ? t('explain.actual', { value: say(because.actual) }) : t('explain.actual_hidden')}</span></>
}
