/** Keys of what is kept in the query cache; a server event names an entity or record and so finds what to refresh. */
export const keys = {
  session: ['session'] as const,
  app: (language: string) => ['app', language] as const,
  entity: (entity: string) => ['records', entity] as const,
  list: (entity: string, query: unknown) => ['records', entity, 'list', query] as const,
  count: (entity: string, query: unknown) => ['records', entity, 'count', query] as const,
  record: (entity: string, id: string) => ['records', entity, 'one', id] as const,
  timeline: (entity: string, id: string) => ['records', entity, 'timeline', id] as const,
  lookup: (entity: string, query: unknown) => ['records', entity, 'lookup', query] as const,
  tasks: ['tasks'] as const,
  taskCount: ['tasks', 'count'] as const,
  instances: ['instances'] as const,
  instance: (id: string) => ['instances', id] as const,
  notifications: ['notifications'] as const,
  imports: ['imports'] as const,
  import: (id: string) => ['imports', id] as const,
  roles: ['roles'] as const,
}
