import { isTexts, usePreference } from '@/api/preferences'

/** The columns somebody has chosen for a view; nothing means the view's own. */
export const useColumnChoice = (view: string) => usePreference(`columns.${view}`, isTexts)
