// A line of the grid. It is drawn again only when its own line, its messages or the selection in it change.
import { memo, type MouseEvent } from 'react'
import type { FormatContext, LookupContext } from '@/fields/field-type'
import { FieldValue } from '@/fields/field-value'
import { fieldType } from '@/fields/registry'
import type { Field } from '@/model/app'
import type { Line, Scalar, Titles } from '@/model/record'
import { Icon } from '@/ui/icon'
import { linePath } from '../model/paths'
import type { Shown } from '../model/problems'
import type { Unreadable } from '../model/store'
import { isBlank } from '../model/values'
import type { Editing } from './grid-state'
import style from './grid.module.css'

export interface GridColumn {
  field: Field
  writable: boolean
  currency: string | null
}

export interface RowActions {
  point(event: MouseEvent, row: number, column: number, kind: 'down' | 'enter' | 'double'): void
  selectLine(row: number, extend: boolean): void
  drop(id: string): void
  change(path: string, value: Scalar): void
  unreadable(path: string, problem: Unreadable | null): void
  leave(path: string): void
  lookup(field: string): LookupContext
}

interface GridRowProps {
  gridId: string
  table: string
  line: Line
  index: number
  columns: readonly GridColumn[]
  /** The active column, or -1. */
  active: number
  /** Columns of the selected block in this line; from > to where there are none. */
  from: number
  to: number
  editing: Editing | null
  problems: Readonly<Record<string, Shown>> | undefined
  unreadable: Readonly<Record<string, Unreadable>> | undefined
  /** Fields of this line that must be filled in. */
  needed: string
  language: string
  titles: Titles
  words: { yes: string; no: string; remove: string; line: string }
  mayRemove: boolean
  actions: RowActions
}

export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { gridId, line, index, columns, words, actions } = props
  return (
    <div role="row" aria-rowindex={index + 2} className={style.row} data-current={props.active >= 0 || undefined}>
      <div
        role="rowheader"
        tabIndex={-1}
        aria-colindex={1}
        aria-label={`${words.line} ${index + 1}`}
        className={`${style.cell} ${style.fixed} ${style.number}`}
        onMouseDown={(event) => {
          event.preventDefault()
          actions.selectLine(index, event.shiftKey)
        }}
      >
        {index + 1}
      </div>
      {columns.map((column, at) => (
        <GridCell key={column.field.name} {...props} gridId={gridId} line={line} column={column} at={at} />
      ))}
      <div role="gridcell" aria-colindex={columns.length + 2} className={`${style.cell} ${style.drop}`}>
        {props.mayRemove && (
          <button type="button" tabIndex={-1} aria-label={`${words.remove} ${index + 1}`} title={words.remove} onMouseDown={(event) => event.preventDefault()} onClick={() => actions.drop(line.id)}>
            <Icon name="delete" size={14} />
          </button>
        )}
      </div>
    </div>
  )
})

function GridCell(props: GridRowProps & { column: GridColumn; at: number }) {
  const { gridId, table, line, index, column, at, editing, actions, language, titles, words } = props
  const { field, writable } = column
  const path = linePath(table, line.id, field.name)
  const type = fieldType(field.type)
  const value = line[field.name] ?? null
  const problem = props.problems?.[field.name]
  const unread = props.unreadable?.[field.name]
  const isActive = props.active === at
  const edits = isActive && editing !== null
  const needed = props.needed.split(' ').includes(field.name)
  const context: FormatContext = { language, titles, words, currency: column.currency }
  const classes = [
    style.cell,
    type.align === 'end' && style.end,
    type.align === 'center' && style.center,
    at === 0 && `${style.fixed} ${style.last}`,
    !writable && style.locked,
    at >= props.from && at <= props.to && style.selected,
    isActive && style.active,
    edits && style.editing,
    problem && unread?.problem !== 'looking_up' && (problem.level === 'error' ? style.invalid : style.warned),
    needed && isBlank(value) && !unread && !edits && style.need,
  ]
  const { Edit } = type
  return (
    <div
      id={`${gridId}-${index}-${at}`}
      role="gridcell"
      aria-colindex={at + 2}
      aria-selected={(at >= props.from && at <= props.to) || undefined}
      aria-invalid={problem?.level === 'error' || undefined}
      aria-required={needed || undefined}
      tabIndex={isActive && !edits ? 0 : -1}
      className={classes.filter(Boolean).join(' ')}
      style={at === 0 ? { left: 'var(--number)' } : undefined}
      title={!edits && typeof value === 'string' && value.length > 24 && type.align === 'start' ? type.format(value, field, context) : undefined}
      onMouseDown={(event) => actions.point(event, index, at, 'down')}
      onMouseEnter={(event) => actions.point(event, index, at, 'enter')}
      onDoubleClick={(event) => actions.point(event, index, at, 'double')}
    >
      {edits ? (
        <Edit
          id={`${gridId}-edit`}
          path={path}
          field={field}
          value={value}
          label={`${field.label}, ${words.line} ${index + 1}`}
          context={context}
          cell={{ typed: editing.typed }}
          invalid={problem?.level === 'error'}
          {...(unread === undefined ? {} : { unreadable: unread.text })}
          lookup={actions.lookup(field.name)}
          onChange={(next: Scalar) => actions.change(path, next)}
          onUnreadable={(found) => actions.unreadable(path, found)}
          onBlur={() => actions.leave(path)}
        />
      ) : unread ? (
        <span className={`${style.text} ${unread.problem === 'looking_up' ? style.pending : style.unread}`}>{unread.text}</span>
      ) : (
        <span className={style.text}>
          {type.drawn
            ? <FieldValue value={value} field={field} context={context} compact />
            : type.format(value, field, context)}
        </span>
      )}
    </div>
  )
}
