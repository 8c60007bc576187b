/** What the firm has set, for administrators: its name, language and clock, and the values that its packs ask for. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ApiError } from '@/api/client'
import { keys } from '@/api/keys'
import { changeSettings, readSettings, type FirmSettings } from '@/api/settings'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Failure } from '@/ui/failure'
import { FieldFrame } from '@/ui/field-frame'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { useToast } from '@/ui/toast'
import { patchOf, untouched, zoneLabel, type Draft } from './draft'
import { SettingField } from './setting-field'
import { SettingHistory } from './setting-history'
import style from './settings-page.module.css'

export default function SettingsPage() {
  const { t } = useTranslation('settings')
  const settings = useQuery({ queryKey: keys.settings, queryFn: readSettings })
  return (
    <Page title={t('title')} width="narrow" actions={<Link to={paths.publish} className={style.versions}>{t('versions')}</Link>}>
      {settings.error ? <Failure error={settings.error} onRetry={() => void settings.refetch()} /> : null}
      {settings.isPending ? <Card flush label={t('title')}><SkeletonRows rows={8} height={52} /></Card> : null}
      {settings.data ? <SettingsForm now={settings.data} /> : null}
    </Page>
  )
}

function SettingsForm({ now }: { now: FirmSettings }) {
  const { t } = useTranslation('settings')
  const client = useQueryClient()
  const toast = useToast()
  const [draft, setDraft] = useState<Draft>(untouched)
  const [unreadable, setUnreadable] = useState<Record<string, string>>({})
  const patch = useMemo(() => patchOf(draft, now), [draft, now])
  const save = useMutation({
    mutationFn: changeSettings,
    onSuccess: (answer) => {
      client.setQueryData(keys.settings, answer)
      setDraft(untouched)
      toast.success(t('saved'))
      // The name stands in the frame, and formulas in the browser read the values.
      void client.invalidateQueries({ queryKey: keys.session })
      void client.invalidateQueries({ queryKey: ['app'] })
    },
  })
  const wrong = new Map(save.error instanceof ApiError ? save.error.details.map((one) => [one.path, one.message]) : [])
  const wrongs = (path: string) => (save.error instanceof ApiError ? save.error.details.filter((one) => one.path === path).map((one) => one.message) : [])
  const blocked = Object.keys(unreadable).length > 0
  const submit = () => {
    if (patch && !blocked && !save.isPending) save.mutate(patch)
  }
  useSaveKey(submit)
  const [day] = useState(() => new Date())
  const zones = useMemo(() => {
    return [...new Set([now.zone, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((zone) => ({ value: zone, label: zoneLabel(zone, day) }))
  }, [now.zone, day])
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))

  return (
    <form className={style.form} noValidate onSubmit={(event) => { event.preventDefault(); submit() }}>
      {save.error && wrong.size === 0 ? <Notice kind="error">{errorText(save.error, t)}</Notice> : null}
      <Card title={t('firm')}>
        <div className={style.fields}>
          <FieldFrame label={t('company')} error={wrong.get('company') ?? (draft.company?.trim() === '' ? t('company_needed') : null)} required>
            {({ id, describedBy }) => <TextInput id={id} describedBy={describedBy} value={draft.company ?? now.company} onChange={(company) => change({ company })} invalid={wrong.has('company')} autoComplete="organization" />}
          </FieldFrame>
          <FieldFrame label={t('language')} help={t('language_help')} error={wrong.get('language') ?? null}>
            {({ id }) => <Select id={id} label={t('language')} value={draft.language ?? now.language} onChange={(language) => { if (language) change({ language }) }} options={now.languages.map(({ code, label }) => ({ value: code, label }))} />}
          </FieldFrame>
          <FieldFrame label={t('zone')} help={t('zone_help')} error={wrong.get('zone') ?? null}>
            {({ id }) => <Select id={id} label={t('zone')} value={draft.zone ?? now.zone} onChange={(zone) => { if (zone) change({ zone }) }} options={zones} searchable />}
          </FieldFrame>
        </div>
      </Card>
      {now.packs.map((pack) => (
        <Card key={pack.name} title={pack.label}>
          <div className={style.fields}>
            {pack.settings.map((setting) => (
              <SettingField
                key={setting.name}
                setting={setting}
                draft={draft.settings[setting.name]}
                refused={wrong.get(`settings.${setting.name}`) ?? null}
                onChange={(value) => setDraft((before) => ({ ...before, settings: { ...before.settings, [setting.name]: value } }))}
                onUnreadable={(problem) => setUnreadable(({ [setting.name]: _gone, ...others }) => (problem === null ? others : { ...others, [setting.name]: problem }))}
              />
            ))}
          </div>
        </Card>
      ))}
      {now.modules.length ? (
        <Card title={t('modules')}>
          <p className={style.about}>{t('modules_help')}</p>
          <ul className={style.modules}>
            {now.modules.map((one) => (
              <li key={one.name}>
                <Checkbox checked={draft.modules?.[one.name] ?? one.on} onChange={(on) => change({ modules: { ...draft.modules, [one.name]: on } })}>{one.label}</Checkbox>
                <p className={style.about}>{one.help ?? one.entities.join(t('list_comma'))}</p>
                {wrongs(`modules.${one.name}`).map((message) => <p key={message} className={style.refused} role="alert">{message}</p>)}
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
      <div className={style.bar} data-open={patch !== null || undefined}>
        <span role="status">{patch ? t('unsaved') : t('effect')}</span>
        <Button disabled={!patch} onClick={() => { setDraft(untouched); setUnreadable({}); save.reset() }}>{t('discard')}</Button>
        <Button kind="primary" submit busy={save.isPending} disabled={!patch || blocked || draft.company?.trim() === ''}>{t('common:action.save')}</Button>
      </div>
      <SettingHistory now={now} />
    </form>
  )
}

/** Ctrl+S saves here as it does on a record. */
function useSaveKey(save: () => void): void {
  const latest = useRef(save)
  useEffect(() => {
    latest.current = save
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
      event.preventDefault()
      // A value that is still being typed is settled when its place is left.
      const place = document.activeElement
      if (place instanceof HTMLElement) place.blur()
      setTimeout(() => latest.current())
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [])
}
