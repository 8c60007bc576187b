/**
 * A whole app out of a few words: the thing with its fields, its list, a menu entry, the rights of roles, and an approval
 * where one is wanted. Everything is written as definitions of the firm's own pack; nothing else is kept of it.
 */
import type { Color, FieldType } from '@/model/app'
import type { Definition, FieldDefinition, Json } from '@/model/definition'
import type { Files } from '../model/draft-store'
import { baseLanguage } from '../context'
import { proposeName } from '../model/name'

/** What something is called in the reader's language, and in the other one where that is known. */
export interface Label {
  label: string
  other?: string
}

export interface AppField extends Label {
  type: FieldType
  /** Where it stands in a formula; proposed from the label if left out. */
  name?: string
  required?: boolean
  options?: (Label & { color?: Color })[]
  scale?: number
  formula?: string
  default?: string
  fields?: AppField[]
  to?: string
}

/** A state that a record may be in, and how it gets there from the one before. */
export interface AppStep extends Label {
  name: string
  color: Color
  by: Label & { name: string }
}

export interface AppSpec extends Label {
  icon: string
  fields: AppField[]
  /** Whether the manager of whoever submits it decides. */
  approval: boolean
  /** Steps without an approval. */
  steps?: AppStep[]
  /** Roles that work with it, and those of whoever builds it, who see and do everything. */
  roles: string[]
  full: string[]
}

export interface Surroundings {
  /** The reader's language. */
  language: string
  /** Names of entities that are taken. */
  taken: string[]
  spell: (text: string) => string
  /** Role files by name, with what stands in them. */
  roles: Record<string, { file: string; definition: Definition }>
  /** The firm's own menu, where there is one. */
  menu: Definition | null
  /** Its texts in the other language. */
  menuTexts: Definition | null
  words: Record<'draft' | 'approving' | 'approved' | 'rejected' | 'submit' | 'approval' | 'manager' | 'owner' | 'department' | 'menu' | 'level' | 'high', Required<Label>>
}

/** The firm's own menu. */
export const menuFile = 'site/menus/x_apps.json'
const otherLanguage = 'zh_hans'
export const menuTextsFile = `site/translations/${otherLanguage}/menus/x_apps.json`

/** What the firm's own pack is called there. */
const ownPack = '本公司'

export interface Made {
  entity: string
  files: Files
  /** Names of the fields, in the order of the spec. */
  names: string[]
}

export function makeApp(spec: AppSpec, around: Surroundings): Made {
  const { language, spell } = around
  // What stands in the definition itself, and what in the file of its translations.
  const base = ({ label, other }: Label) => (language === baseLanguage ? label : (other || label))
  const texts: Record<string, string> = {}
  const note = (path: string, { label, other }: Label) => {
    const text = language === baseLanguage ? other : label
    if (text) texts[path] = text
  }
  const entity = proposeName(spec.other && language !== baseLanguage ? spec.other : spec.label, around.taken, spell)
  note('label', spec)
  note('label_plural', spec)

  const write = (fields: readonly AppField[], path: string): [Record<string, FieldDefinition>, string[]] => {
    const names: string[] = []
    const written = fields.map((field): [string, FieldDefinition] => {
      const name = field.name ?? proposeName(field.other && language !== baseLanguage ? field.other : field.label, [...names, ...reserved], spell, false)
      names.push(name)
      const at = `${path}.${name}`
      note(`${at}.label`, field)
      const options: [string, Json][] = []
      for (const option of field.options ?? []) {
        const key = proposeName(option.other && language !== baseLanguage ? option.other : option.label, options.map(([one]) => one), spell, false)
        note(`${at}.options.${key}`, option)
        options.push([key, option.color ? { label: base(option), color: option.color } : base(option)])
      }
      return [name, {
        type: field.type, label: base(field),
        ...(field.required ? { required: true } : {}),
        ...(field.to ? { to: field.to } : {}),
        ...(field.default ? { default: field.default } : {}),
        ...(field.formula ? { formula: field.formula } : {}),
        ...(field.scale && (field.type === 'decimal' || field.type === 'percent') ? { scale: field.scale } : {}),
        ...(options.length ? { options: Object.fromEntries(options) as FieldDefinition['options'] } : {}),
        ...(field.fields ? { min: 1, fields: write(field.fields, `${at}.fields`)[0] } : {}),
      }]
    })
    return [Object.fromEntries(written), names]
  }
  const isDocument = spec.approval || Boolean(spec.steps)
  const [fields, names] = write(spec.fields, 'fields')
  if (isDocument) {
    fields.owner = { type: 'user', label: base(around.words.owner), default: 'user.id' }
    fields.department = { type: 'department', label: base(around.words.department), default: 'owner.department' }
    note('fields.owner.label', around.words.owner)
    note('fields.department.label', around.words.department)
  }
  const said = names.find((name) => ['text', 'email', 'number'].includes(fields[name]?.type ?? '')) ?? names[0] ?? 'created_at'
  const workflow = `${entity}_approval`
  const cycle = lifecycle(spec, around, base, note, workflow)
  const plain = names.filter((name) => fields[name]?.type !== 'lines')
  const files: Files = {
    [`site/entities/${entity}.json`]: {
      kind: 'entity', name: entity, label: base(spec), label_plural: base(spec), type: isDocument ? 'document' : 'master',
      ...(isDocument ? { number: `${entity.replace(/^x_/, '').replaceAll('_', '').slice(0, 3).toUpperCase()}-{yyyy}{MM}-{seq:4}`, title: `{number} {${said}}`, scope: { owner: 'owner', department: 'department' } } : { title: `{${said}}` }),
      fields: fields as unknown as Json,
      ...(cycle ? { lifecycle: cycle } : {}),
      search: isDocument ? ['number', ...searched(plain, fields)] : searched(plain, fields),
    },
    [`site/views/${entity}.json`]: {
      kind: 'view', name: entity, label: base(spec), entity, type: 'list',
      columns: [...(isDocument ? ['number'] : []), ...plain.filter((name) => fields[name]?.type !== 'long_text').slice(0, 7), ...(isDocument ? ['owner', 'state'] : [])], sort: ['-created_at'],
    },
    [menuFile]: menu(spec, entity, around, base),
  }
  // The firm's own pack speaks both languages from now on; so must its name.
  files[`site/translations/${otherLanguage}/site.json`] = { kind: 'translations', name: 'site', language: otherLanguage, of: 'pack', texts: { label: ownPack } }
  if (spec.approval) files[`site/workflows/${workflow}.json`] = approvalOf(`${base(spec)}: ${base(around.words.approval)}`, around.words, entity, workflow, base)
  const other = (path: string, of: string, name: string, said: Record<string, string>) => {
    if (Object.keys(said).length) files[`site/translations/${otherLanguage}/${path}/${name}.json`] = { kind: 'translations', name, language: otherLanguage, of, texts: said }
  }
  other('entities', 'entity', entity, texts)
  const own = language === baseLanguage ? spec.other : spec.label
  if (own) other('views', 'view', entity, { label: own })
  const inMenu = language === baseLanguage ? around.words.menu.other : around.words.menu.label
  files[menuTextsFile] = {
    kind: 'translations', name: 'x_apps', language: otherLanguage, of: 'menu',
    texts: { 'items.apps.label': inMenu, ...(around.menuTexts?.texts as Record<string, string> | undefined), ...(own ? { [`items.apps.items.${entity}.label`]: own } : {}) },
  }
  if (spec.approval) {
    const word = (one: Required<Label>) => (language === baseLanguage ? one.other : one.label)
    other('workflows', 'workflow', workflow, { label: word(around.words.approval), 'nodes.manager.label': word(around.words.manager), 'nodes.approved.label': word(around.words.approved), 'nodes.rejected.label': word(around.words.rejected) })
  }
  for (const name of new Set([...spec.roles, ...spec.full])) {
    const role = around.roles[name]
    if (!role) continue
    const full = spec.full.includes(name)
    const reach = isDocument && !full ? 'own' : 'all'
    const steps = spec.approval ? ['submit'] : (spec.steps ?? []).map(({ by }) => by.name)
    const right: Json = { read: reach, create: true, update: reach, ...(full ? { delete: 'all', export: true, import: true } : {}), ...(steps.length ? { transitions: steps } : {}) }
    files[role.file] = { ...role.definition, can: { ...(role.definition.can as Record<string, Json> | undefined), [entity]: right } }
  }
  return { entity, files, names }
}

/** Names that every record has already. */
const reserved = ['id', 'version', 'number', 'title', 'state', 'owner', 'department', 'created_at', 'created_by', 'updated_at', 'updated_by', 'deleted_at']

/** The first texts: what people look for. */
function searched(names: readonly string[], fields: Record<string, FieldDefinition>): string[] {
  return names.filter((name) => ['text', 'email', 'phone'].includes(fields[name]?.type ?? '')).slice(0, 4)
}

type Note = (path: string, label: Label) => void

function lifecycle(spec: AppSpec, { words }: Surroundings, base: (label: Label) => string, note: Note, workflow: string): Json | null {
  const state = (name: string, label: Label, color: Color, more: Record<string, Json> = {}): [string, Json] => {
    note(`lifecycle.states.${name}.label`, label)
    return [name, { label: base(label), color, ...more }]
  }
  if (spec.approval) {
    note('lifecycle.transitions.submit.label', words.submit)
    return {
      start: 'draft',
      states: Object.fromEntries([
        state('draft', words.draft, 'grey'), state('approving', words.approving, 'amber', { locked: true }),
        state('approved', words.approved, 'green', { locked: true, final: true }), state('rejected', words.rejected, 'red', { final: true }),
      ]),
      transitions: { submit: { label: base(words.submit), from: ['draft'], to: 'approving', workflow, outcomes: { approved: 'approved', rejected: 'rejected', returned: 'draft', withdrawn: 'draft', cancelled: 'draft' } } },
    }
  }
  const [first, ...rest] = spec.steps ?? []
  if (!first) return null
  const transitions = rest.map((step, at): [string, Json] => {
    note(`lifecycle.transitions.${step.by.name}.label`, step.by)
    return [step.by.name, { label: base(step.by), from: [at === 0 ? first.name : (rest[at - 1]?.name ?? first.name)], to: step.name }]
  })
  const states = [first, ...rest].map((step, at) => state(step.name, step, step.color, at === rest.length ? { final: true } : {}))
  return { start: first.name, states: Object.fromEntries(states), transitions: Object.fromEntries(transitions) }
}

/** The least that is an approval: the manager of whoever submits it. */
export function approvalOf(label: string, words: Surroundings['words'], entity: string, name: string, base: (word: Required<Label>) => string): Definition {
  return {
    kind: 'workflow', name, label, entity,
    nodes: {
      start: { type: 'start', next: 'manager' },
      manager: {
        type: 'approval', label: base(words.manager), approvers: [{ manager: { of: 'initiator', level: 1 } }], nobody: 'admin', same_as_initiator: 'manager',
        verbs: { reject: { reason: 'required' }, return: {}, transfer: {} }, next: 'approved', rejected: 'rejected',
      },
      approved: { type: 'end', label: base(words.approved), outcome: 'approved' },
      rejected: { type: 'end', label: base(words.rejected), outcome: 'rejected' },
    },
  }
}

function menu(spec: AppSpec, entity: string, { menu: before, words }: Surroundings, base: (label: Label) => string): Definition {
  const groups = (before?.items ?? {}) as Record<string, { items?: Record<string, Json> } & Record<string, Json>>
  const group = groups.apps ?? { label: base(words.menu), icon: 'box' }
  const items = { ...group.items, [entity]: { label: base(spec), icon: spec.icon, view: entity } }
  return { kind: 'menu', name: 'x_apps', ...before, items: { ...groups, apps: { ...group, items } } as Json }
}
