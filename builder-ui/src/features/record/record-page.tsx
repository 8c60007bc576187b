/** One record of any entity: form, lines, actions, timeline. Reached by `/e/:entity/new` and `/e/:entity/:id`. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Navigate, useParams, useSearchParams } from 'react-router'
import { useEntity } from '@/api/app-context'
import { keys } from '@/api/keys'
import { draftRecord, readRecord, type DraftAnswer } from '@/api/records'
import type { EntityModel } from '@/model/app'
import { paths } from '@/model/paths'
import { OpenRecord } from './open-record'
import { RecordLoading, RecordMissing } from './states'

export default function RecordPage() {
  const { entity: name, id } = useParams()
  const entity = useEntity(name)
  if (!entity) return <RecordMissing entity={undefined} error={null} retry={() => {}} />
  return id === undefined ? <NewRecord key={entity.name} entity={entity} /> : <ExistingRecord key={`${entity.name}/${id}`} entity={entity} id={id} />
}

function ExistingRecord({ entity, id }: { entity: EntityModel; id: string }) {
  const answer = useQuery({ queryKey: keys.record(entity.name, id), queryFn: () => readRecord(entity.name, id) })
  if (answer.isPending) return <RecordLoading />
  // What was read once stays on the screen, with what is typed, while the server cannot be reached.
  if (!answer.data) return <RecordMissing entity={entity} error={answer.error} retry={() => void answer.refetch()} />
  // What has become one with another leads there.
  if (answer.data.merged_into) return <Navigate to={paths.record(entity.name, answer.data.merged_into.id)} replace />
  return <OpenRecord entity={entity} answer={answer.data} start={{ values: answer.data.record, titles: answer.data.titles }} />
}

/** A new record starts with what the server gives it; the address may bring values: `/e/contact/new?customer=…`. */
function NewRecord({ entity }: { entity: EntityModel }) {
  const [search] = useSearchParams()
  const [given] = useState(() => Object.fromEntries([...search].filter(([name]) => entity.fields[name]?.writable)))
  const draft = useQuery({
    queryKey: ['new', entity.name, given],
    queryFn: ({ signal }) => draftRecord(entity.name, given, Object.keys(given), signal),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  if (draft.isPending) return <RecordLoading />
  if (!draft.data) return <RecordMissing entity={entity} error={draft.error} retry={() => void draft.refetch()} />
  return <OpenRecord entity={entity} answer={null} start={{ values: defaults(draft.data), titles: draft.data.titles }} />
}

function defaults({ record }: DraftAnswer) {
  const { id: _id, version: _version, ...values } = record
  return values
}
