/** Something new in a draft: a list, board or calendar of a thing, an approval for it, a table, a role. A few words, then it can be changed. */
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useAppModel } from '@/api/app-context'
import type { About } from '@/api/studio'
import { errorText } from '@/locales/i18n'
import { paths } from '@/model/paths'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { Dialog } from '@/ui/dialog'
import { FieldFrame } from '@/ui/field-frame'
import { Icon, type IconName } from '@/ui/icon'
import { Notice } from '@/ui/notice'
import { Select } from '@/ui/select'
import { TextInput } from '@/ui/text-input'
import { baseLanguage, textsFile, useDefinition, useDraftState, useOpenDraft } from '../context'
import { spell } from '../form/spell'
import { humanised } from '../form/use-design'
import { useTexts } from '../use-texts'
import { bare, boardBy, makePart, makeRole, partKinds, type Beside, type Filed, type PartKind } from './make-part'
import style from './new-part-dialog.module.css'
import { words } from './words'

const icons: Record<PartKind, IconName> = { list: 'list', kanban: 'columns', calendar: 'calendar', approval: 'workflow', decision: 'list_checks', role: 'shield' }
const isKind = (text: string | null): text is PartKind => partKinds.some((one) => one === text)

interface NewPartProps {
  /** What is wanted, and of what, where that is known already. */
  kind: string | null
  of: string | null
  onClose: () => void
  onMade: (file: string) => void
}

export default function NewPartDialog({ kind: asked, of, onClose, onMade }: NewPartProps) {
  const { t } = useTranslation('studio')
  const navigate = useNavigate()
  const [kind, choose] = useState<PartKind | null>(isKind(asked) ? asked : null)
  if (kind) return <Further kind={kind} of={of} onBack={isKind(asked) ? null : () => choose(null)} onClose={onClose} onMade={onMade} />
  const ways = partKinds.filter((one) => one !== 'role' || of === null)
  return (
    <Dialog open title={t('add.title')} width={620} onClose={onClose}>
      <ul className={style.ways}>
        {ways.map((one) => (
          <li key={one}>
            <button type="button" className={style.way} onClick={() => choose(one)}>
              <Icon name={icons[one]} size={18} />
              <span><strong>{t(`add.kind.${one}`)}</strong><span className={style.about}>{t(`add.about.${one}`)}</span></span>
            </button>
          </li>
        ))}
        {of === null ? (
          <li>
            <button type="button" className={style.way} onClick={() => void navigate(paths.newApp)}>
              <Icon name="box" size={18} />
              <span><strong>{t('new.title')}</strong><span className={style.about}>{t('add.about.app')}</span></span>
            </button>
          </li>
        ) : null}
      </ul>
    </Dialog>
  )
}

interface FurtherProps {
  kind: PartKind
  of: string | null
  onBack: (() => void) | null
  onClose: () => void
  onMade: (file: string) => void
}

function Further({ kind, of, onBack, onClose, onMade }: FurtherProps) {
  const { t } = useTranslation('studio')
  const { language } = useAppModel()
  const open = useOpenDraft()
  const definitions = useDraftState((state) => state.draft.definitions)
  const things = definitions.filter((one) => one.kind === 'entity').sort((a, b) => Number(a.file.startsWith('system/')) - Number(b.file.startsWith('system/')))
  const [chosen, setChosen] = useState(of)
  const [typed, setTyped] = useState<string | null>(null)
  const [inMenu, setInMenu] = useState(true)
  const [begins, setBegins] = useState<string | null>(null)
  const about = things.find((one) => one.name === chosen)
  const definition = useDefinition(about?.file ?? '')
  useEffect(() => {
    if (about) void open.load(about.file)
  }, [open, about])
  const entity: Filed | null = about && definition ? { file: about.file, definition } : null
  const known = about ? (about.label ?? humanised(about.name)) : ''
  // Without a list of its own a thing is shown by a list that is made up; the first one takes its place.
  const isFirst = kind === 'list' && about !== undefined && !definitions.some((one) => one.kind === 'view' && one.name === about.name)
  const proposed = about && kind !== 'role' ? (isFirst ? (language === baseLanguage ? String(definition?.label_plural ?? known) : known) : t(`add.proposed.${kind}`, { label: known })) : ''
  const label = typed ?? proposed
  const impossible = entity && kind === 'kanban' && boardBy(entity) === null ? t('add.no_board') : null
  const make = useMutation({
    mutationFn: async () => {
      const made = kind === 'role' ? makeRole(label.trim(), { language, spell: await spell(label), taken: namesOf(definitions, 'role') }) : about ? makePart({ kind, label: label.trim(), inMenu, begins }, await beside(about)) : null
      if (!made) return null
      // What it changes beside is known before, so that undoing brings it back.
      await Promise.all(Object.keys(made.files).map((file) => open.load(file)))
      open.act(t('act.add', { what: label.trim() }), made.files)
      await open.flush()
      return made.file
    },
    onSuccess: (file) => { if (file) onMade(file) },
  })
  const beside = async (thing: About): Promise<Beside> => {
    const filed = async (wanted: About[]): Promise<Filed[]> => {
      const read = await Promise.all(wanted.map(async ({ file }) => ({ file, definition: await open.load(file) })))
      return read.flatMap(({ file, definition: found }) => (found ? [{ file, definition: found }] : []))
    }
    const [own] = await filed([thing])
    if (!own) throw new Error(`${thing.file} is not there`)
    const texts = textsFile(definitions, thing, 'zh_hans')
    const of = (which: About['kind']) => definitions.filter((one) => one.kind === which)
    return {
      language, spell: await spell(label), words: words(language), entity: own,
      taken: namesOf(definitions, kind === 'approval' ? 'workflow' : kind === 'decision' ? 'decision' : 'view'),
      views: of('view').filter((one) => one.entity === thing.name).map((one) => one.name),
      texts: { file: texts, definition: await open.load(texts) },
      menus: await filed(of('menu')), roles: kind === 'approval' ? await filed(of('role')) : [],
    }
  }
  const ready = label.trim() !== '' && (kind === 'role' || (entity !== null && !impossible))
  return (
    <Dialog open title={t(`add.kind.${kind}`)} width={520} onClose={onClose} footer={[
      ...(onBack ? [<Button key="back" icon="back" onClick={onBack}>{t('new.back')}</Button>] : []),
      <Button key="no" onClick={onClose}>{t('common:action.cancel')}</Button>,
      <Button key="yes" kind="primary" icon="add" busy={make.isPending} disabled={!ready} onClick={() => make.mutate()}>{t('add.make')}</Button>,
    ]}>
      <div className={style.body}>
        {make.error ? <Notice kind="error">{errorText(make.error, t)}</Notice> : null}
        <p className={style.about}>{t(`add.about.${kind}`)}</p>
        {kind === 'role' ? null : (
          <FieldFrame label={t('add.of')} required>
            {({ id }) => <Select id={id} searchable autoFocus={of === null} value={chosen} placeholder={t('add.of_none')} onChange={(next) => { setChosen(next); setTyped(null); setBegins(null) }} options={things.map((one) => ({ value: one.name, label: one.label ?? humanised(one.name) }))} />}
          </FieldFrame>
        )}
        {impossible ? <Notice kind="info">{impossible}</Notice> : null}
        <FieldFrame label={t('field.label')} required>
          {({ id }) => <TextInput id={id} value={label} onChange={setTyped} autoFocus={of !== null || kind === 'role'} onEnter={() => { if (ready) make.mutate() }} />}
        </FieldFrame>
        {kind === 'approval' && entity && about ? (
          <Begins about={about} actions={bare(entity)} value={begins} onChange={setBegins} />
        ) : null}
        {['list', 'kanban', 'calendar'].includes(kind) ? <Checkbox checked={inMenu} onChange={setInMenu}>{t('add.in_menu')}</Checkbox> : null}
      </div>
    </Dialog>
  )
}

/** What asks for the approval: an action that is there and waits for it from then on, or a new one. */
function Begins({ about, actions, value, onChange }: { about: About; actions: ReturnType<typeof bare>; value: string | null; onChange: (action: string | null) => void }) {
  const { t } = useTranslation('studio')
  const texts = useTexts(about.file, 'entity', about.name)
  const named = (key: string, base: string | undefined) => texts?.say(`lifecycle.transitions.${key}.label`, base) || humanised(key)
  return (
    <FieldFrame label={t('add.begins')} help={t(value ? 'add.begins_help' : 'add.begins_new_help')}>
      {({ id, describedBy }) => (
        <Select id={id} describedBy={describedBy} value={value ?? ''} onChange={(next) => onChange(next || null)}
          options={[{ value: '', label: t('add.begins_new') }, ...actions.map(([key, one]) => ({ value: key, label: named(key, one.label) }))]} />
      )}
    </FieldFrame>
  )
}

const namesOf = (definitions: readonly About[], kind: About['kind']): string[] => definitions.filter((one) => one.kind === kind).map((one) => one.name)
