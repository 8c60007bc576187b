/** One record of any entity: form, lines, actions, timeline. Reached by `/e/:entity/new` and `/e/:entity/:id`. */
export default function RecordPage() {
  return null
}
