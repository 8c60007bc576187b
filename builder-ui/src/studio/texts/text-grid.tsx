/** All texts beside what they are in another language; what is missing is shown first and written where it stands. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAppModel } from '@/api/app-context'
import { keys } from '@/api/keys'
import { readTexts, type Translated } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import type { LanguageCode } from '@/model/app'
import type { Definition } from '@/model/definition'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Empty } from '@/ui/empty'
import { Icon } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { SkeletonRows } from '@/ui/skeleton'
import { TextInput } from '@/ui/text-input'
import { baseLanguage, useDraftState, useOpenDraft } from '../context'
import { without } from '../model/keyed'
import style from './text-grid.module.css'

/** So many are drawn at first, and so many more each time. */
const page = 100

export default function TextGrid() {
  const { t } = useTranslation('studio')
  const app = useAppModel()
  const draft = useDraftState((state) => state.draft)
  const others = app.languages.filter(({ code }) => code !== baseLanguage)
  const [language, setLanguage] = useState<LanguageCode>(others[0]?.code ?? 'zh_hans')
  const [missing, setMissing] = useState(true)
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState(page)
  // Read once: what is written here is known here.
  const found = useQuery({ queryKey: [...keys.draft(draft.id), 'texts', language], queryFn: () => readTexts(draft.id, language), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false })
  const texts = useMemo(() => found.data?.texts ?? [], [found.data])
  const lacking = texts.filter(({ text }) => text === null).length
  const needle = search.trim().toLowerCase()
  const rows = texts.filter((one) => (!missing || one.text === null) && [one.base, one.text ?? '', one.of ?? ''].some((text) => text.toLowerCase().includes(needle)))
  const files = [...new Set(rows.slice(0, shown).map(({ file }) => file))]
  return (
    <div className={style.grid}>
      <header className={style.bar}>
        <h1 className={style.title}>{t('texts.title')}</h1>
        <Select size="small" width={130} label={t('preview.language')} value={language} onChange={(value) => setLanguage(value ?? language)} options={others.map(({ code, label }) => ({ value: code, label }))} />
        <div className={style.search}><TextInput type="search" size="small" value={search} onChange={setSearch} label={t('catalog.search')} placeholder={t('catalog.search')} clear={t('common:action.clear')} prefix={<Icon name="search" size={14} />} /></div>
        <Checkbox checked={missing} onChange={setMissing}>{t('texts.missing')}</Checkbox>
        <span className={style.count} role="status">{found.data ? t('texts.count', { count: lacking, of: texts.length }) : ''}</span>
      </header>
      {found.error ? <Notice kind="error">{errorText(found.error, t)}</Notice> : null}
      {found.isPending ? <SkeletonRows rows={8} height={40} /> : null}
      {found.data && rows.length === 0 ? <Empty icon="language" title={t(missing && !needle ? 'texts.none' : 'catalog.none')} text={missing && !needle ? t('texts.none_text') : ''} /> : null}
      {files.map((file) => {
        const own = rows.slice(0, shown).filter((one) => one.file === file)
        return (
          <section key={file} className={style.group}>
            <h2 className={style.of}>{own[0]?.of ?? file} <span className={style.kind}>{t(`kind.${own[0]?.kind ?? 'pack'}`)}</span></h2>
            {own.map((one) => <Row key={one.path} one={one} language={language} />)}
          </section>
        )
      })}
      {rows.length > shown ? <p className={style.more}><Button onClick={() => setShown(shown + page)}>{t('common:action.more')}</Button></p> : null}
    </div>
  )
}

function Row({ one, language }: { one: Translated; language: LanguageCode }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const written = useDraftState((state) => textIn(state.files[one.into], one.path))
  const [text, setText] = useState<string | null>(null)
  const stands = written ?? one.text ?? ''
  const save = async () => {
    const next = text?.trim()
    setText(null)
    if (next === undefined || next === stands) return
    const [, ...rest] = one.file.split('/')
    const before = (await open.load(one.into)) ?? { kind: 'translations', name: rest.at(-1) === 'pack.json' ? (one.file.split('/')[0] ?? '') : (rest.at(-1) ?? '').replace(/\.json$/, ''), language, of: one.kind, texts: {} }
    const texts = before.texts as Record<string, string>
    open.act(t('texts.step'), { [one.into]: { ...before, texts: next ? { ...texts, [one.path]: next } : without(texts, one.path) } as Definition })
  }
  return (
    <div className={style.row} data-missing={stands === '' || undefined}>
      <span className={style.base} title={one.path}>{one.base}</span>
      <TextInput size="small" value={text ?? stands} onChange={setText} onBlur={() => void save()} onEnter={() => void save()} label={t('texts.of', { text: one.base })} placeholder={t('texts.placeholder')} />
    </div>
  )
}

function textIn(file: Definition | null | undefined, path: string): string | undefined {
  return file ? ((file.texts as Record<string, string> | undefined)?.[path] ?? '') : undefined
}
