/** The app model: what the server tells one reader about the pack in one language (`GET /api/app`). */

/** An expression AST as JSON; `model/expression` knows its shape. */
export type Wire = unknown

export type LanguageCode = 'en' | 'zh_hans'

export type FieldType =
  | 'text' | 'long_text' | 'rich_text' | 'integer' | 'decimal' | 'money' | 'percent' | 'boolean'
  | 'date' | 'time' | 'datetime' | 'duration' | 'choice' | 'multi_choice' | 'tags'
  | 'reference' | 'references' | 'any_reference' | 'lines' | 'user' | 'department' | 'position'
  | 'attachment' | 'image' | 'signature' | 'email' | 'phone' | 'url' | 'country' | 'currency'
  | 'address' | 'geo' | 'barcode' | 'color' | 'rating' | 'number' | 'json'

export interface ChoiceOption {
  value: string
  label: string
  color?: Color
  code?: string
}

export interface Field {
  name: string
  type: FieldType
  label: string
  help?: string
  required: boolean
  /** When a value must be there, where that is not always or never. */
  required_when?: Wire
  unique: boolean
  /** Goes when what is personal is erased. */
  personal?: boolean
  /** Shown with all but its end hidden; in full only when asked. */
  sensitive?: boolean
  writable: boolean
  /** Decimal places that are stored. */
  scale?: number
  /** Decimal places that are shown. */
  display?: number
  /** The entity that a reference points to. */
  to?: string
  /** The entities that `any_reference` points to. */
  among?: string[]
  /** In what a duration counts. */
  unit?: 'day' | 'hour' | 'minute'
  /** The kind of bar code, whose length and check digit are held to. */
  symbology?: 'ean13' | 'ean8' | 'upc_a' | 'gtin'
  options?: ChoiceOption[]
  formula?: Wire
  compute?: { value: Wire; while?: string }
  visible?: Wire
  read_only?: Wire
  default?: Wire
  currency?: Wire
  min?: number | string
  max?: number | string
  above?: number | string
  /** The columns of a line table. */
  fields?: Record<string, Field>
  /** The server must compute this value: it needs what the browser does not have. */
  server: boolean
}

export interface LifecycleState {
  label: string
  color?: Color
  locked: boolean | { except: string[] }
  final: boolean
}

export interface Transition {
  label: string
  from: string[]
  to: string
  /** A workflow decides before the state is reached. */
  workflow?: boolean
  confirm?: string | boolean
  requires: string[]
}

export interface Lifecycle {
  start: string
  states: Record<string, LifecycleState>
  transitions: Record<string, Transition>
}

/** A message cut into text and expressions. */
export type MessagePart = string | { expr: Wire }

export interface Rule {
  unless: Wire
  each?: string
  field?: string
  level: 'error' | 'warn'
  message: MessagePart[] | string
}

export interface FormField {
  name: string
  span: number
}

export interface FormTab {
  key: string
  label: string
  fields?: FormField[]
  columns?: number
  related?: FormRelated
  lines?: string
  line_columns?: string[]
  totals?: string[]
}

export interface FormRelated {
  entity: string
  by: string
  columns: string[]
}

export interface FormPart {
  key: string
  kind: 'section' | 'lines' | 'tabs' | 'related'
  label?: string
  columns?: number
  visible?: Wire
  fields?: FormField[]
  lines?: string
  line_columns?: string[]
  totals?: string[]
  tabs?: FormTab[]
  related?: FormRelated
}

export interface Form {
  layout: FormPart[]
}

export interface EntityModel {
  name: string
  label: string
  label_plural: string
  help?: string
  type: 'master' | 'document' | 'log' | 'setup'
  numbered: boolean
  title_field?: string
  can: { create: boolean; create_fields?: 'all' | string[]; import: boolean; export: boolean; delete: boolean }
  fields: Record<string, Field>
  lifecycle?: Lifecycle
  rules: Record<string, Rule>
  lets: Record<string, Wire>
  /** Computations in the order of their dependencies: `let:x`, `field:x`, `line:lines.x`. */
  order: { target: string }[]
  form: Form
  default_view: string
}

export interface ViewColumn {
  path: string
  label: string
  type: FieldType
  scale?: number
  display?: number
  to?: string
  options?: ChoiceOption[]
  currency?: Wire
  max?: number | string
}

export interface View {
  name: string
  label: string
  entity: string
  type: 'list' | 'kanban' | 'calendar' | 'pivot'
  columns: ViewColumn[]
  sort: string[]
  color?: { color: Color; when: Wire }[]
  /** What stands on the cards of a board. */
  card?: ViewColumn[]
  /** Whose values are the columns of a board. */
  by?: ViewColumn
  /** What each column of a board sums. */
  sum?: ViewColumn
  /** The days of a calendar, and what records are called there. */
  from?: ViewColumn
  to?: ViewColumn
  title?: ViewColumn
}

export interface MenuItem {
  key: string
  label: string
  icon?: string
  entity?: string
  view?: string
  items?: MenuItem[]
}

export interface AppModel {
  version: number
  language: LanguageCode
  languages: { code: LanguageCode; label: string }[]
  company: string
  /** The firm's time zone. */
  zone: string
  /** Calendars of working days, by name. */
  calendars?: Readonly<Record<string, import('./expression/calendar').WorkCalendar>>
  entities: Record<string, EntityModel>
  views: Record<string, View>
  menu: MenuItem[]
  settings: Record<string, unknown>
  /** Bytes of a file that is attached. */
  largest_file?: number
}

/** Colours by meaning, as definitions name them. */
export type Color = 'grey' | 'blue' | 'green' | 'amber' | 'red' | 'purple'
