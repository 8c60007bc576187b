import { useState } from 'react'

function read(key: string): string[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    return Array.isArray(kept) && kept.every((path) => typeof path === 'string') ? kept : null
  } catch {
    return null
  }
}

/** The columns somebody has chosen for a view, remembered in this browser; nothing means the view's own. */
export function useColumnChoice(view: string): [string[] | null, (paths: string[] | null) => void] {
  const key = `portolan.columns.${view}`
  const [choice, setChoice] = useState(() => ({ key, paths: read(key) }))
  const current = choice.key === key ? choice.paths : read(key)
  const choose = (paths: string[] | null) => {
    if (paths) localStorage.setItem(key, JSON.stringify(paths))
    else localStorage.removeItem(key)
    setChoice({ key, paths })
  }
  return [current, choose]
}
