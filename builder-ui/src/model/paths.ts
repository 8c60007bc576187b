/** What one wants to build: a definition by kind and name, or a part that is not there yet, of a thing. */
export interface Asked {
  kind?: string
  name?: string
  fresh?: string
  of?: string
}

/** Addresses inside the app, in one place: a link in a notice, a list and the record page all agree. */
export const paths = {
  home: '/',
  tasks: '/tasks',
  started: '/started',
  notifications: '/notifications',
  copies: '/copies',
  absence: '/absence',
  preferences: '/notifications/preferences',
  mail: '/organisation/mail',
  imports: '/imports',
  import: (id: string) => `/imports/${encodeURIComponent(id)}`,
  departments: '/organisation/departments',
  roles: '/organisation/roles',
  settings: '/organisation/settings',
  publish: '/organisation/versions',
  studio: '/studio',
  newApp: '/studio/new',
  /** Into the draft that one works on: something of it, or something new in it. */
  build: (asked: Asked) => `/studio/go?${new URLSearchParams(Object.entries(asked)).toString()}`,
  draft: (id: string) => `/studio/${encodeURIComponent(id)}`,
  preview: (draft: string, query: Record<string, string>) => `/studio/${encodeURIComponent(draft)}/preview?${new URLSearchParams(query).toString()}`,
  audit: '/organisation/audit',
  trash: '/trash',
  incidents: '/organisation/incidents',
  workflows: '/workflows',
  workflow: (id: string, node?: string) => `/workflows/${encodeURIComponent(id)}${node ? `?node=${encodeURIComponent(node)}` : ''}`,
  analytics: '/organisation/analytics',
  list: (entity: string) => `/e/${entity}`,
  view: (view: string) => `/v/${view}`,
  record: (entity: string, id: string) => `/e/${entity}/${encodeURIComponent(id)}`,
  newRecord: (entity: string) => `/e/${entity}/new`,
}

/** Where a menu entry leads; nowhere for a group. */
export function menuPath(item: { entity?: string; view?: string }): string | null {
  if (item.view) return paths.view(item.view)
  return item.entity ? paths.list(item.entity) : null
}
