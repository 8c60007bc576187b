/** What publishing would do, before it is done: what changes, and what becomes of the records that are there. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Choices, Effect, Plan } from '@/api/publish'
import { paths } from '@/model/paths'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { Differences } from './differences'
import style from './plan-view.module.css'

interface PlanViewProps {
  plan: Plan
  choices: Choices
  /** Without it nothing can be chosen. */
  onChoose?: (choices: Choices) => void
}

/** So many records of an effect are named. */
const most = 5

export function PlanView({ plan, choices, onChoose }: PlanViewProps) {
  const { t } = useTranslation('publish')
  // An index that is made by the way is no matter for people.
  const effects = plan.effects.filter((one) => one.kind !== 'index' || plan.in_background)
  return (
    <div className={style.plan}>
      <section>
        <h3 className={style.heading}>{t('plan.changes')}</h3>
        <Differences differences={plan.differences} empty={t('plan.same')} />
      </section>
      {effects.length > 0 ? (
        <section>
          <h3 className={style.heading}>{t('plan.records')}</h3>
          <ul className={style.effects}>
            {effects.map((effect) => <EffectLine key={`${effect.kind} ${effect.entity} ${effect.fields.join()}`} effect={effect} choices={choices} onChoose={onChoose} />)}
          </ul>
        </section>
      ) : null}
      {plan.in_background && !plan.refused ? <Notice kind="info">{t('plan.in_background')}</Notice> : null}
    </div>
  )
}

function EffectLine({ effect, choices, onChoose }: { effect: Effect } & Omit<PlanViewProps, 'plan'>) {
  const { t, i18n } = useTranslation('publish')
  const number = (value: number) => value.toLocaleString(i18n.language)
  const values = { of: effect.of, fields: effect.labels.join(t('diff.comma')), total: number(effect.total), concerned: number(effect.concerned), count: effect.concerned, less: number(effect.less) }
  const kind = effect.kind === 'remove' && effect.fields.length === 0 ? 'remove_all' : effect.kind
  const bad = effect.refuses
  const [field] = effect.fields
  const key = field ? `${effect.entity}.${field}` : ''
  const heavy = bad || ((kind === 'require' || kind === 'remove' || kind === 'remove_all') && effect.concerned > 0)
  return (
    <li className={style.effect} data-heavy={heavy || undefined} data-bad={bad || undefined}>
      <Icon name={bad ? 'error' : heavy ? 'warning' : 'info'} />
      <div className={style.words}>
        <p>{t(`effect.${kind}`, values)}</p>
        {kind === 'convert' && effect.concerned > 0 ? <p>{t('effect.unconvertible', values)}</p> : null}
        {effect.less > 0 ? <p>{t('effect.less', values)}</p> : null}
        {effect.seen < effect.total ? <p className={style.faint}>{t('effect.not_all_seen', { seen: number(effect.seen), total: number(effect.total) })}</p> : null}
        {kind === 'convert' && key && onChoose && (effect.concerned > 0 || choices[key]) ? (
          <Select
            size="small" width={280} label={t('effect.choose')} value={choices[key]?.unconvertible ?? 'refuse'}
            options={(['refuse', 'empty'] as const).map((one) => ({ value: one, label: t(`effect.otherwise.${one}`) }))}
            onChange={(unconvertible) => onChoose({ ...choices, ...Object.fromEntries(effect.fields.map((one) => [`${effect.entity}.${one}`, { unconvertible: unconvertible ?? 'refuse' }])) })}
          />
        ) : null}
        {effect.rows.length > 0 ? (
          <ul className={style.rows}>
            {effect.rows.slice(0, most).map((row) => (
              <li key={`${row.id} ${row.failed?.field ?? ''}`}>
                <Link to={paths.record(row.entity, row.id)} target="_blank">{row.title}</Link>
                {row.failed ? <span className={style.faint}> {String(row.failed.value)}</span> : null}
              </li>
            ))}
            {effect.concerned > most ? <li className={style.faint}>{t('effect.more', { count: effect.concerned - Math.min(most, effect.rows.length) })}</li> : null}
          </ul>
        ) : null}
      </div>
    </li>
  )
}
