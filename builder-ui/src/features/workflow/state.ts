/** How a workflow stands, in one word. */
import type { Color } from '@/model/app'

export interface Standing {
  status: string
  outcome?: string | null
  suspended_by?: unknown
  incidents?: unknown[] | null
}

export function stateOf({ status, outcome, suspended_by: suspended, incidents }: Standing): string {
  if (status === 'ended') return outcome ?? 'ended'
  if (incidents && incidents.length > 0) return 'incident'
  if (suspended) return 'suspended'
  return status
}

const COLORS: Record<string, Color> = {
  approved: 'green', completed: 'green', rejected: 'red', incident: 'red', returned: 'amber', suspended: 'amber', running: 'blue', withdrawn: 'grey', cancelled: 'grey',
}

export const stateColor = (state: string): Color => COLORS[state] ?? 'grey'
