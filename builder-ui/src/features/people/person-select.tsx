import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '@/api/keys'
import { lookupRecords } from '@/api/records'
import { Select } from '@/ui/select'

interface PersonSelectProps {
  id?: string
  value: string | null
  onChange: (id: string | null) => void
  except?: string
  clearable?: boolean
}

/** One person, found by typing. */
export function PersonSelect({ id, value, onChange, except, clearable = true }: PersonSelectProps) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const query = { q: text, limit: 20 }
  const found = useQuery({ queryKey: keys.lookup('user', query), queryFn: ({ signal }) => lookupRecords('user', query, signal), placeholderData: (before) => before })
  const options = (found.data?.rows ?? []).filter((row) => row.id !== except).map((row) => ({ value: row.id, label: row.title }))
  return <Select {...(id ? { id } : {})} value={value} onChange={onChange} options={options} onSearch={setText} busy={found.isFetching} clearable={clearable} placeholder={t('people:choose_person')} />
}
