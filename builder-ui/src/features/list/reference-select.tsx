/** Picks records by searching their entity; for filters, where several may be meant. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { lookupRecords } from '@/api/records'
import { MultiSelect } from '@/ui/select'
import { useTitles } from './use-titles'

interface ReferenceSelectProps {
  entity: string
  value: string[]
  onChange: (ids: string[]) => void
  label: string
}

export function ReferenceSelect({ entity, value, onChange, label }: ReferenceSelectProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const query = { q: text, limit: 20 }
  const found = useQuery({ queryKey: keys.lookup(entity, query), queryFn: ({ signal }) => lookupRecords(entity, query, signal), staleTime: 30_000 })
  const titles = useTitles(entity, value)
  const rows = found.data?.rows ?? []
  const options = [
    ...rows.map((row) => ({ value: row.id, label: row.title, view: <span>{row.title}{row.subtitle ? <span style={{ color: 'var(--text-faint)' }}> · {row.subtitle}</span> : null}</span> })),
    ...value.filter((id) => !rows.some((row) => row.id === id)).map((id) => ({ value: id, label: titles[id] ?? '…' })),
  ]
  return (
    <MultiSelect
      label={label}
      options={options}
      value={value}
      onChange={(ids) => { onChange(ids); setText('') }}
      onSearch={setText}
      busy={found.isFetching}
      placeholder={t('list:filter.search_records')}
      empty={found.isFetching ? t('loading') : t('list:filter.no_records')}
    />
  )
}
