/**
 * One more list, board, calendar, approval, decision table or role beside what is there: definitions of the firm's own, wired
 * to the thing, its menu and the roles that work with it. Pure.
 */
import type { Definition, EntityDefinition, FieldDefinition, Json } from '@/model/definition'
import { baseLanguage } from '../context'
import type { Files } from '../model/draft-store'
import { putAfter } from '../model/keyed'
import { proposeName } from '../model/name'
import { approvalOf, menuFile, type Label, type Surroundings } from './make-app'

export const partKinds = ['list', 'kanban', 'calendar', 'approval', 'decision', 'role'] as const
export type PartKind = (typeof partKinds)[number]

/** A definition and where it stands. */
export interface Filed {
  file: string
  definition: Definition
}

/** What a new part is made beside. */
export interface Beside {
  /** The reader's language. */
  language: string
  spell: (text: string) => string
  words: Surroundings['words']
  /** Names of definitions of the same kind. */
  taken: string[]
  /** Names of the views of the thing. */
  views: string[]
  entity: Filed
  /** The thing's texts in the other language: where they stand or would, and what stands there. */
  texts: { file: string; definition: Definition | null }
  menus: Filed[]
  roles: Filed[]
}

export interface PartSpec {
  kind: Exclude<PartKind, 'role'>
  label: string
  /** Lists: whether the menu of those who use it gets an entry. */
  inMenu?: boolean
  /** Approvals: the action that asks for it; none for a new one. */
  begins?: string | null
}

export interface MadePart {
  file: string
  files: Files
}

interface Transition {
  label?: string
  from: string[]
  to: string
  workflow?: string
  outcomes?: Record<string, string>
  do?: Json
}

interface Lifecycle {
  start: string
  states: Record<string, { label?: string; final?: boolean }>
  transitions: Record<string, Transition>
}

const otherLanguage = 'zh_hans'

export const lifecycleOf = ({ definition }: Filed): Lifecycle | null => (definition.lifecycle as unknown as Lifecycle | undefined) ?? null
const fieldsOf = ({ definition }: Filed): [string, FieldDefinition][] => Object.entries((definition as unknown as EntityDefinition).fields)
const daysOf = (entity: Filed): string[] => fieldsOf(entity).flatMap(([name, field]) => (field.type === 'date' || field.type === 'datetime' ? [name] : []))

/** What a board can have its columns by: the states, else the first choice. */
export function boardBy(entity: Filed): string | null {
  return lifecycleOf(entity) ? 'state' : (fieldsOf(entity).find(([, field]) => field.type === 'choice')?.[0] ?? null)
}

/** Actions that no approval and no steps hang on yet: those that one can be asked for before. */
export function bare(entity: Filed): [string, Transition][] {
  return Object.entries(lifecycleOf(entity)?.transitions ?? {}).filter(([, one]) => !one.workflow && !one.do)
}

/** What a role's people do with a thing that they change. */
const changes = ({ definition }: Filed, entity: string): Record<string, Json> | null => {
  const right = (definition.can as Record<string, Record<string, Json>> | undefined)?.[entity]
  return right && (right.update || right.create) ? right : null
}

export function makePart(spec: PartSpec, beside: Beside): MadePart {
  return spec.kind === 'approval' ? makeApproval(spec, beside) : spec.kind === 'decision' ? makeDecision(spec, beside) : makeView(spec, beside)
}

/** A role that may nothing yet. */
export function makeRole(label: string, { language, spell, taken }: Pick<Beside, 'language' | 'spell' | 'taken'>): MadePart {
  const name = proposeName(label, taken, spell)
  const file = `site/roles/${name}.json`
  return { file, files: { [file]: { kind: 'role', name, label, can: {} }, ...translated('role', 'roles', name, label, language) } }
}

/** In a language that is not the definitions' own, what is typed is that language's too. */
function translated(of: string, folder: string, name: string, label: string, language: string): Files {
  if (language === baseLanguage) return {}
  return { [`site/translations/${language}/${folder}/${name}.json`]: { kind: 'translations', name, language, of, texts: { label } } }
}

function makeView({ kind, label, inMenu }: PartSpec, beside: Beside): MadePart {
  const { entity, language, spell } = beside
  const of = String(entity.definition.name)
  // The view named like its thing is the one shown for it; every further one has a name of its own.
  const name = beside.views.includes(of) ? proposeName(label, beside.taken, spell) : of
  const short = fieldsOf(entity).filter(([, field]) => !['lines', 'long_text', 'rich_text', 'json', 'attachment', 'image', 'signature'].includes(field.type)).map(([field]) => field)
  const numbered = entity.definition.type === 'document' ? ['number'] : []
  const shown = ((): Record<string, Json> => {
    if (kind === 'kanban') return { by: boardBy(entity) ?? 'state', card: [...numbered, ...short.filter((field) => field !== boardBy(entity))].slice(0, 4) }
    if (kind === 'calendar') return { from: daysOf(entity)[0] ?? 'created_at' }
    return { columns: [...numbered, ...short.slice(0, 6), ...(lifecycleOf(entity) ? ['state'] : [])] }
  })()
  const file = `site/views/${name}.json`
  const menu = inMenu ? withEntry(beside, name) : null
  return {
    file,
    files: {
      [file]: { kind: 'view', name, label, entity: of, ...(kind === 'list' ? {} : { type: kind }), ...shown },
      ...translated('view', 'views', name, label, language),
      ...(menu ? { [menu.file]: menu.definition } : {}),
    },
  }
}

interface Item {
  view?: string
  entity?: string
  items?: Record<string, Item>
}

/** The menu in which the thing stands, with one more entry after its last; else the firm's own. */
function withEntry({ entity, views, menus, words, language }: Beside, view: string): Filed {
  const of = String(entity.definition.name)
  const isOurs = (item: Item) => item.entity === of || (item.view !== undefined && views.includes(item.view))
  const put = (items: Record<string, Item>): Record<string, Item> | null => {
    const last = Object.entries(items).findLast(([, item]) => isOurs(item))?.[0]
    if (last) return putAfter(items, view in items ? `${view}_list` : view, { view }, last)
    for (const [key, item] of Object.entries(items)) {
      const inner = item.items ? put(item.items) : null
      if (inner) return { ...items, [key]: { ...item, items: inner } }
    }
    return null
  }
  for (const menu of menus) {
    const items = put((menu.definition.items ?? {}) as unknown as Record<string, Item>)
    if (items) return { file: menu.file, definition: { ...menu.definition, items: items as unknown as Json } }
  }
  const own = menus.find((menu) => menu.file === menuFile)?.definition
  const groups = (own?.items ?? {}) as Record<string, { items?: Record<string, Json> } & Record<string, Json>>
  const group = groups.apps ?? { label: language === baseLanguage ? words.menu.label : words.menu.other, icon: 'box' }
  const items = { ...groups, apps: { ...group, items: { ...group.items, [view]: { view } } } }
  return { file: menuFile, definition: { kind: 'menu', name: 'x_apps', ...own, items: items as unknown as Json } }
}

/** A table of one row over the first amount or number: enough to be read and changed. */
function makeDecision({ label }: PartSpec, { entity, language, spell, taken, words }: Beside): MadePart {
  const of = String(entity.definition.name)
  const name = proposeName(label, taken, spell)
  const kinds = ['money', 'decimal', 'integer', 'percent']
  const fields = fieldsOf(entity)
  const number = kinds.flatMap((kind) => fields.filter(([, field]) => field.type === kind))[0]?.[0]
  const input = number ?? fields.find(([, field]) => field.type !== 'lines')?.[0] ?? 'created_at'
  const file = `site/decisions/${name}.json`
  const high = language === baseLanguage ? words.high.label : words.high.other
  return {
    file,
    files: {
      [file]: {
        kind: 'decision', name, label, entity: of, inputs: { [input]: input }, outputs: { level: { label: language === baseLanguage ? words.level.label : words.level.other, type: 'integer' } }, hit: 'first',
        rules: { x_high: { label: high, when: number ? { [input]: '> 10000' } : {}, then: { level: 1 } } }, else: { level: 0 },
      },
      ...translated('decision', 'decisions', name, label, language),
    },
  }
}

/** An approval, and what leads to it: an action of the thing that waits for it from now on, or a new one with its states. */
function makeApproval({ label, begins }: PartSpec, beside: Beside): MadePart {
  const { entity, roles, words, language, spell, taken, texts } = beside
  const of = String(entity.definition.name)
  const name = proposeName(label, taken, spell)
  const file = `site/workflows/${name}.json`
  const before = lifecycleOf(entity)
  const base = (word: Required<Label>) => (language === baseLanguage ? word.label : word.other)
  const other = (word: Required<Label>) => (language === baseLanguage ? word.other : word.label)
  const said: Record<string, string> = {}
  const cycle: Lifecycle = before ? { ...before, states: { ...before.states }, transitions: { ...before.transitions } } : { start: 'draft', states: {}, transitions: {} }
  const state = (key: string, word: Required<Label>, more: object): string => {
    if (!(key in cycle.states)) {
      cycle.states[key] = { label: base(word), ...more }
      said[`lifecycle.states.${key}.label`] = other(word)
    }
    return key
  }
  if (!before) state('draft', words.draft, { color: 'grey' })
  const action = begins ? cycle.transitions[begins] : undefined
  const back = action?.from[0] ?? cycle.start
  const approving = state('approving', words.approving, { color: 'amber', locked: true })
  const approved = action?.to ?? state(before ? 'x_approved' : 'approved', words.approved, { color: 'green', locked: true })
  const rejected = before ? back : state('rejected', words.rejected, { color: 'red', final: true })
  const ask = begins && action ? begins : 'submit' in cycle.transitions ? proposeName('submit', Object.keys(cycle.transitions)) : 'submit'
  const outcomes = { approved, rejected, returned: back, withdrawn: back, cancelled: back }
  if (action) cycle.transitions[ask] = { ...action, to: approving, workflow: name, outcomes }
  else {
    cycle.transitions[ask] = { label: base(words.submit), from: [back], to: approving, workflow: name, outcomes }
    said[`lifecycle.transitions.${ask}.label`] = other(words.submit)
  }
  // Each action that asks for an approval must know where every approval of the thing can lead.
  for (const [key, one] of Object.entries(cycle.transitions)) {
    if (one.workflow && one.outcomes && !('approved' in one.outcomes)) {
      const well = Object.entries(one.outcomes).find(([outcome]) => !['rejected', 'returned', 'withdrawn', 'cancelled'].includes(outcome))?.[1] ?? one.to
      cycle.transitions[key] = { ...one, outcomes: { approved: well, rejected: one.from[0] ?? cycle.start, ...one.outcomes } }
    }
  }
  const files: Files = {
    [file]: { ...approvalOf(label, words, of, name, base) },
    [`site/translations/${otherLanguage}/workflows/${name}.json`]: {
      kind: 'translations', name, language: otherLanguage, of: 'workflow',
      texts: {
        ...(language === baseLanguage ? {} : { label }),
        'nodes.manager.label': other(words.manager), 'nodes.approved.label': other(words.approved), 'nodes.rejected.label': other(words.rejected),
      },
    },
    [entity.file]: { ...entity.definition, lifecycle: cycle as unknown as Json },
  }
  if (Object.keys(said).length) {
    const known = texts.definition ?? { kind: 'translations', name: of, language: otherLanguage, of: 'entity', texts: {} }
    files[texts.file] = { ...known, texts: { ...(known.texts as Record<string, string>), ...said } }
  }
  for (const role of roles) {
    const right = changes(role, of)
    const may = (right?.transitions ?? []) as string[]
    if (!right || may.includes(ask)) continue
    files[role.file] = { ...role.definition, can: { ...(role.definition.can as Record<string, Json>), [of]: { ...right, transitions: [...may, ask] } } }
  }
  return { file, files }
}
