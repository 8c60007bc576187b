/** As what the records are shown: a list, a board by a choice, a calendar by a day. */
import { useTranslation } from 'react-i18next'
import type { ViewColumn } from '@/model/app'
import { boardBy, calendarBy, type Shape } from '@/model/shown'
import { Button } from '@/ui/button'
import { MenuButton, type MenuEntry } from '@/ui/menu-button'

interface ShapeSwitchProps {
  shape: Shape
  shapes: Shape[]
  offered: ViewColumn[]
  onChange: (shape: { type: string; by?: string; from?: string }) => void
}

const icons = { list: 'list', kanban: 'columns', calendar: 'calendar' } as const

export function ShapeSwitch({ shape, shapes, offered, onChange }: ShapeSwitchProps) {
  const { t } = useTranslation()
  if (shapes.length < 2) return null
  const entries: MenuEntry[] = [
    { key: 'list', label: t('list:shape.list'), icon: 'list', onSelect: () => onChange({ type: 'list' }) },
    ...(shapes.includes('kanban') ? boardBy(offered).map((column): MenuEntry => ({ key: `by ${column.path}`, label: t('list:shape.board_by', { label: column.label }), icon: 'columns', onSelect: () => onChange({ type: 'kanban', by: column.path }) })) : []),
    ...(shapes.includes('calendar') ? calendarBy(offered).map((column): MenuEntry => ({ key: `on ${column.path}`, label: t('list:shape.calendar_by', { label: column.label }), icon: 'calendar', onSelect: () => onChange({ type: 'calendar', from: column.path }) })) : []),
  ]
  return <MenuButton entries={entries} placement="bottomLeft"><Button icon={icons[shape]} label={t('list:shape.title')} /></MenuButton>
}
