// The state of an open form: what the server has, what the form shows, who wrote which place. Values are never
// changed in place, so that a cell renders only when its own line changed and an undo is a step back.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { EntityModel } from '@/model/app'
import type { Line, PortolanRecord, Problem, Scalar, Titles } from '@/model/record'
import { asLinePlace, fieldAt, linePath, linesOf, normalPath, valueAt } from './paths'
import { newId } from '@/model/new-id'
import { stillOverridden } from './overrides'
import { isComputed, sameValue } from './values'

export type Values = Partial<PortolanRecord>

/** Text that could not be read as a value: kept where it was typed, so that it can be mended. */
export interface Unreadable {
  text: string
  problem: string
  values?: Record<string, string | number>
}

export interface FormState {
  base: Values
  values: Values
  titles: Titles
  /** Places that a person wrote since the base; a computed value there is an override. */
  edited: ReadonlySet<string>
  /** Places that a person has left, whose checks may speak. */
  touched: ReadonlySet<string>
  /** A save was tried: all checks may speak. */
  attempted: boolean
  unreadable: Readonly<Record<string, Unreadable>>
  /** What the server told about the last save. Goes when its place changes. */
  refused: readonly Problem[]
  /** What the draft endpoint told about the form as it is. */
  drafted: readonly Problem[]
  /** Counts records that were loaded beside the form, for its conditions. */
  loads: number
  /** Counts changes of values; answers of the draft endpoint carry the count they were asked at. */
  revision: number
  /** The revision at which each place last changed. */
  changedAt: ReadonlyMap<string, number>
  /** The places that changed last, for the fills of the draft endpoint. */
  lastChanged: readonly string[]
}

/** Gives the computed values after a change. Returns `next` itself where nothing is to compute. */
export type Compute = (previous: Values | null, next: Values, edited: ReadonlySet<string>) => Values

export interface RecordForm {
  store: StoreApi<FormState>
  entity: EntityModel
  set(path: string, value: Scalar): void
  setMany(changes: readonly { path: string; value: Scalar }[]): void
  setUnreadable(path: string, unreadable: Unreadable | null): void
  setUnreadables(found: Readonly<Record<string, Unreadable>>): void
  touch(path: string): void
  attempt(): void
  insertLines(table: string, at: number, rows: readonly Partial<Line>[]): string[]
  removeLines(table: string, ids: readonly string[]): void
  moveLine(table: string, id: string, to: number): void
  undo(): boolean
  redo(): boolean
  learn(titles: Titles): void
  refuse(problems: readonly Problem[]): void
  /** Takes over what the draft endpoint computed, except where a person has typed meanwhile. */
  applyDraft(answer: { record: Values; titles: Titles; problems: Problem[] }, sent: { values: Values; revision: number }): void
  /** Starts over from what the server has. */
  reset(base: Values, titles: Titles): void
  /** Shows input on a base: restored after a reload, or merged with another person's change. */
  restore(base: Values, values: Values, edited: Iterable<string>, titles?: Titles): void
  /** Computes again, because something that formulas read has arrived. */
  recompute(): void
}

const UNDO_STEPS = 100

interface Step {
  values: Values
  edited: ReadonlySet<string>
  /** Changes of one place in a row are one step. */
  mark: string
}

function start(base: Values, titles: Titles): FormState {
  return {
    base,
    values: base,
    titles,
    edited: new Set(),
    touched: new Set(),
    attempted: false,
    unreadable: {},
    refused: [],
    drafted: [],
    loads: 0,
    revision: 0,
    changedAt: new Map(),
    lastChanged: [],
  }
}

/** The same list where nothing goes, so that nobody who looks at it is drawn again. */
function without(problems: readonly Problem[], gone: ReadonlySet<string>): readonly Problem[] {
  return problems.some((problem) => gone.has(problem.path)) ? problems.filter((problem) => !gone.has(problem.path)) : problems
}

function withoutKeys(unreadable: FormState['unreadable'], gone: ReadonlySet<string>): FormState['unreadable'] {
  const paths = Object.keys(unreadable)
  if (!paths.some((path) => gone.has(path))) return unreadable
  return Object.fromEntries(Object.entries(unreadable).filter(([path]) => !gone.has(path)))
}

/** The values with some places changed; lines that are not touched stay the same objects. */
function withChanges(values: Values, changes: readonly { path: string; value: Scalar }[]): Values {
  const out: Values = { ...values }
  const tables = new Map<string, Map<string, Record<string, Scalar>>>()
  for (const { path, value } of changes) {
    const place = asLinePlace(path)
    if (!place) out[path] = value
    else if (place.field !== undefined) {
      const table = tables.get(place.lines) ?? new Map<string, Record<string, Scalar>>()
      table.set(place.id, { ...table.get(place.id), [place.field]: value })
      tables.set(place.lines, table)
    }
  }
  for (const [name, rows] of tables) {
    out[name] = linesOf(values, name).map((line) => {
      const changed = rows.get(line.id)
      return changed ? { ...line, ...changed } : line
    })
  }
  return out
}

export function createRecordForm(entity: EntityModel, base: Values, titles: Titles, compute: Compute): RecordForm {
  const store = createStore<FormState>(() => start(base, titles))
  let past: Step[] = []
  let future: Step[] = []

  const remember = (mark: string): void => {
    const { values, edited } = store.getState()
    if (past.at(-1)?.mark !== mark || mark.startsWith('!')) past = [...past, { values, edited, mark }].slice(-UNDO_STEPS)
    future = []
  }

  const commit = (next: Values, paths: readonly string[], mark: string): void => {
    remember(mark)
    const state = store.getState()
    const edited = stillOverridden(entity, state.edited, paths)
    const changedAt = new Map(state.changedAt)
    const revision = state.revision + 1
    for (const path of paths) {
      const field = fieldAt(entity, path)
      // A computed value that is emptied is computed again.
      if (field?.compute !== undefined && valueAt(next, path) === null) edited.delete(path)
      else edited.add(path)
      changedAt.set(path, revision)
    }
    const gone = new Set(paths)
    store.setState({
      values: compute(state.values, next, edited),
      edited,
      changedAt,
      revision,
      unreadable: withoutKeys(state.unreadable, gone),
      refused: without(state.refused, gone),
      drafted: without(state.drafted, gone),
      lastChanged: paths,
    })
  }

  const setMany = (changes: readonly { path: string; value: Scalar }[]): void => {
    const { values, unreadable } = store.getState()
    const real = changes.filter(
      ({ path, value }) => unreadable[path] !== undefined || !sameValue(fieldAt(entity, path), valueAt(values, path), value),
    )
    if (real.length === 0) return
    commit(withChanges(values, real), real.map(({ path }) => path), real.length === 1 ? (real[0]?.path ?? '!') : '!many')
  }

  const step = (from: Step[], to: Step[]): [Step[], Step[]] | null => {
    const last = from.at(-1)
    if (!last) return null
    const state = store.getState()
    const back: Step = { values: state.values, edited: state.edited, mark: last.mark }
    store.setState({
      values: compute(null, last.values, last.edited),
      edited: last.edited,
      unreadable: {},
      revision: state.revision + 1,
      changedAt: new Map([...state.changedAt].map(([path]) => [path, state.revision + 1])),
      lastChanged: [],
    })
    return [from.slice(0, -1), [...to, back]]
  }

  return {
    store,
    entity,
    setMany,
    set: (path, value) => setMany([{ path, value }]),
    setUnreadable(path, unreadable) {
      const { [path]: before, ...rest } = store.getState().unreadable
      if (unreadable) store.setState({ unreadable: { ...rest, [path]: unreadable } })
      else if (before) store.setState({ unreadable: rest })
    },
    setUnreadables: (found) => store.setState({ unreadable: { ...store.getState().unreadable, ...found } }),
    touch(path) {
      const { touched } = store.getState()
      if (!touched.has(path)) store.setState({ touched: new Set([...touched, path]) })
    },
    attempt: () => store.setState({ attempted: true }),
    insertLines(table, at, rows) {
      const { values } = store.getState()
      const lines = linesOf(values, table)
      const made = rows.map((row) => ({ ...row, id: newId() }) as Line)
      const next = { ...values, [table]: [...lines.slice(0, at), ...made, ...lines.slice(at)] }
      const written = made.flatMap((line) =>
        Object.keys(line)
          .filter((key) => key !== 'id' && fieldAt(entity, linePath(table, line.id, key))?.compute === undefined)
          .map((key) => linePath(table, line.id, key)),
      )
      commit(next, [table, ...written], '!insert')
      return made.map((line) => line.id)
    },
    removeLines(table, ids) {
      const { values, unreadable } = store.getState()
      const gone = new Set(ids)
      const lines = linesOf(values, table).filter((line) => !gone.has(line.id))
      const kept = Object.entries(unreadable).filter(([path]) => !gone.has(asLinePlace(path)?.id ?? ''))
      store.setState({ unreadable: Object.fromEntries(kept) })
      commit({ ...values, [table]: lines }, [table], '!remove')
    },
    moveLine(table, id, to) {
      const { values } = store.getState()
      const lines = linesOf(values, table)
      const moved = lines.find((line) => line.id === id)
      if (!moved || to < 0 || to >= lines.length) return
      const rest = lines.filter((line) => line.id !== id)
      commit({ ...values, [table]: [...rest.slice(0, to), moved, ...rest.slice(to)] }, [table], '!move')
    },
    undo() {
      const moved = step(past, future)
      if (moved) [past, future] = moved
      return moved !== null
    },
    redo() {
      const moved = step(future, past)
      if (moved) [future, past] = moved
      return moved !== null
    },
    learn: (more) => store.setState({ titles: { ...store.getState().titles, ...more } }),
    refuse(problems) {
      const { values } = store.getState()
      store.setState({
        refused: problems.map((problem) => ({ ...problem, path: normalPath(values, problem.path) })),
        attempted: true,
      })
    },
    applyDraft(answer, sent) {
      const state = store.getState()
      const changes = draftChanges(entity, answer.record, sent, state)
      const next = changes.length > 0 ? withChanges(state.values, changes) : state.values
      const filled = changes.map(({ path }) => path)
      const edited = changes.length > 0 ? stillOverridden(entity, state.edited, filled) : state.edited
      // Where the server computes another value than was sent, what the person wrote has been overtaken.
      const overtaken = filled.filter((path) => fieldAt(entity, path)?.compute !== undefined && edited.has(path))
      const kept = overtaken.length > 0 ? new Set([...edited].filter((path) => !overtaken.includes(path))) : edited
      store.setState({
        values: changes.length > 0 ? compute(state.values, next, kept) : state.values,
        edited: kept,
        titles: { ...state.titles, ...answer.titles },
        drafted: answer.problems.map((problem) => ({ ...problem, path: normalPath(sent.values, problem.path) })),
      })
    },
    reset(fresh, freshTitles) {
      past = []
      future = []
      store.setState({ ...start(fresh, { ...store.getState().titles, ...freshTitles }), revision: store.getState().revision + 1 })
    },
    restore(fresh, values, edited, more) {
      const kept = new Set(edited)
      past = []
      future = []
      const state = store.getState()
      store.setState({
        ...start(fresh, { ...state.titles, ...more }),
        values: compute(null, values, kept),
        edited: kept,
        touched: state.touched,
        attempted: state.attempted,
        revision: state.revision + 1,
        changedAt: new Map([...kept].map((path) => [path, state.revision + 1])),
      })
    },
    recompute() {
      const { values, edited, loads } = store.getState()
      store.setState({ values: compute(null, values, edited), loads: loads + 1 })
    },
  }
}

/**
 * What an answer of the draft endpoint changes: computed values always, entered ones only where the server filled
 * them in, and neither where a person has typed since the question was asked.
 */
function draftChanges(
  entity: EntityModel,
  answer: Values,
  sent: { values: Values; revision: number },
  state: FormState,
): { path: string; value: Scalar }[] {
  const changes: { path: string; value: Scalar }[] = []
  const consider = (path: string, asked: Scalar, told: Scalar | undefined): void => {
    const field = fieldAt(entity, path)
    if (!field || told === undefined) return
    // What the browser computes itself is newer than any answer.
    if (isComputed(field) && !field.server) return
    if ((state.changedAt.get(path) ?? 0) > sent.revision || state.unreadable[path] !== undefined) return
    if (!isComputed(field) && sameValue(field, asked, told)) return
    if (!sameValue(field, valueAt(state.values, path), told)) changes.push({ path, value: told })
  }
  for (const field of Object.values(entity.fields)) {
    if (field.type !== 'lines') {
      consider(field.name, valueAt(sent.values, field.name), answer[field.name] as Scalar | undefined)
      continue
    }
    if (!Array.isArray(answer[field.name])) continue
    const here = new Set(linesOf(state.values, field.name).map((line) => line.id))
    const asked = new Map(linesOf(sent.values, field.name).map((line) => [line.id, line]))
    for (const line of linesOf(answer, field.name)) {
      if (!here.has(line.id)) continue
      for (const cell of Object.keys(field.fields ?? {})) {
        consider(linePath(field.name, line.id, cell), asked.get(line.id)?.[cell] ?? null, line[cell])
      }
    }
  }
  return changes
}
