import { Select as Kit } from 'antd'
import type { ReactNode } from 'react'

export interface SelectOption<V extends string = string> {
  value: V
  label: string
  /** What is shown in the list instead of the label. */
  view?: ReactNode
  disabled?: boolean
}

interface Shared<V extends string> {
  options: SelectOption<V>[] | { label: string; options: SelectOption<V>[] }[]
  id?: string
  label?: string
  describedBy?: string
  placeholder?: string
  disabled?: boolean
  searchable?: boolean
  clearable?: boolean
  size?: 'small' | 'middle' | 'large'
  invalid?: boolean
  autoFocus?: boolean
  className?: string
  width?: number | string
  /** Options come from the server: called with what was typed. */
  onSearch?: (text: string) => void
  busy?: boolean
  empty?: ReactNode
}

export interface SelectProps<V extends string> extends Shared<V> {
  value: V | null
  onChange: (value: V | null) => void
}

export interface MultiSelectProps<V extends string> extends Shared<V> {
  value: V[]
  onChange: (value: V[]) => void
}

function shared<V extends string>(props: Shared<V>) {
  const { label, describedBy, searchable, clearable, onSearch, busy, empty, width, invalid, ...rest } = props
  return {
    ...rest,
    'aria-label': label,
    'aria-describedby': describedBy,
    status: invalid ? ('error' as const) : undefined,
    allowClear: clearable ?? false,
    showSearch: (searchable ?? false) || onSearch
      ? { optionFilterProp: 'label', onSearch, ...(onSearch ? { filterOption: false as const } : {}) }
      : false,
    loading: busy,
    notFoundContent: empty,
    style: width === undefined ? { width: '100%' } : { width },
    popupMatchSelectWidth: false as const,
    optionRender: (option: { data: { view?: ReactNode; label?: ReactNode } }) => option.data.view ?? option.data.label,
  }
}

export function Select<V extends string>({ value, onChange, ...rest }: SelectProps<V>) {
  return <Kit<V, SelectOption<V>> {...shared(rest)} options={rest.options as SelectOption<V>[]} value={value} onChange={(next) => onChange(next ?? null)} />
}

export function MultiSelect<V extends string>({ value, onChange, ...rest }: MultiSelectProps<V>) {
  return <Kit<V[], SelectOption<V>> {...shared({ ...rest, searchable: rest.searchable ?? true })} options={rest.options as SelectOption<V>[]} mode="multiple" value={value} onChange={onChange} maxTagCount="responsive" />
}
