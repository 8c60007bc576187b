/** Who is signed in and the app model, for every feature below the sign-in gate. */
import { createContext, useContext } from 'react'
import type { AppModel, EntityModel, View } from '@/model/app'
import type { Session } from '@/model/session'

export interface AppContextValue {
  session: Session
  model: AppModel
}

export const AppContext = createContext<AppContextValue | null>(null)

function useContextValue(): AppContextValue {
  const value = useContext(AppContext)
  if (!value) throw new Error('useSession and useAppModel need the sign-in gate around them')
  return value
}

export const useSession = (): Session => useContextValue().session
export const useAppModel = (): AppModel => useContextValue().model
export const useEntity = (name: string | undefined): EntityModel | undefined =>
  useContextValue().model.entities[name ?? '']

/** The view for an entity's list: the one its model names, or the first of that entity. */
export function viewOf(model: AppModel, entity: string): View | undefined {
  const named = model.views[model.entities[entity]?.default_view ?? entity]
  return named ?? Object.values(model.views).find((view) => view.entity === entity)
}
