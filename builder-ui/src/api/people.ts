import { get, post } from './client'

/** Which records: a word (`own`, `department`, `subtree`, `all`) or a filter. */
export type Scope = string | boolean | null | Record<string, unknown> | unknown[]

export interface EntityRights {
  read?: Scope
  create?: boolean
  update?: Scope
  delete?: Scope
  transitions?: string[]
  export?: boolean
  import?: boolean
}

export interface Role {
  name: string
  label: string
  help?: string
  admin: boolean
  people: { id: string; name: string }[]
  can: Record<string, EntityRights>
}

export const listRoles = () => get<{ roles: Role[] }>('/api/roles')
export const setPassword = (user: string, password: string, mustChange: boolean) =>
  post<null>(`/api/users/${user}/password`, { password, must_change: mustChange })
export const leaveFirm = (user: string, handOverTo: string) =>
  post<null>(`/api/users/${user}/leave`, { hand_over_to: handOverTo })
