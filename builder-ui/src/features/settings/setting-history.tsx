import { useTranslation } from 'react-i18next'
import type { FirmSettings, SettingChange } from '@/api/settings'
import { formatDatetime } from '@/fields/dates'
import { formatValue } from '@/fields/registry'
import { Avatar } from '@/ui/avatar'
import { Card } from '@/ui/card'
import { Empty } from '@/ui/empty'
import { asField } from './setting-field'
import style from './settings-page.module.css'

/** Who changed what, newest first. */
export function SettingHistory({ now }: { now: FirmSettings }) {
  const { t } = useTranslation('settings')
  return (
    <Card title={t('history')} flush>
      {now.history.length === 0
        ? <Empty compact icon="history" title={t('no_history')} text={t('no_history_text')} />
        : <ol className={style.history}>{now.history.map((one) => <Entry key={one.id} entry={one} now={now} />)}</ol>}
    </Card>
  )
}

function Entry({ entry, now }: { entry: SettingChange; now: FirmSettings }) {
  const { t, i18n } = useTranslation('settings')
  const { name, old, new: next } = entry.change
  const setting = now.packs.flatMap((pack) => pack.settings).find((one) => `setting.${one.name}` === name)
  const say = (value: SettingChange['change']['new']): string => {
    if (name === 'modules_off') {
      const off = Array.isArray(value) ? value : []
      return off.length ? off.map((one) => now.modules.find((module) => module.name === one)?.label ?? one).join(t('list_comma')) : t('all_on')
    }
    if (Array.isArray(value)) return value.join(t('list_comma'))
    // Nothing of its own was or is what the pack says.
    if (value === null && setting) return t('delivered', { value: formatValue(setting.default, asField(setting), { language: i18n.language }) })
    if (setting) return formatValue(value, asField(setting), { language: i18n.language })
    return name === 'language' ? (now.languages.find((one) => one.code === value)?.label ?? String(value)) : String(value ?? '–')
  }
  const label = setting?.label ?? (['company', 'language', 'zone', 'modules_off'].includes(name) ? t(name) : name.replace('setting.', ''))
  return (
    <li className={style.entry}>
      <Avatar name={entry.by_name ?? '–'} size={26} />
      <div>
        <p><strong>{entry.by_name ?? '–'}</strong> <span className={style.what}>{label}</span></p>
        <p className={style.values}><s>{say(old)}</s> <span aria-hidden>→</span> <span>{say(next)}</span></p>
      </div>
      <time dateTime={entry.at} className={style.at}>{formatDatetime(entry.at, i18n.language)}</time>
    </li>
  )
}
