import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import type { AppModel } from '@/model/app'
import { session } from '@/test/render'
import { AppContext } from './app-context'
import { isTexts, usePreference, useWidths } from './preferences'

const as = (id: string) => ({ children }: { children: ReactNode }) => (
  <AppContext value={{ session: { ...session, user: { ...session.user, id } }, model: {} as AppModel }}>{children}</AppContext>
)

beforeEach(() => localStorage.clear())

it('is kept for one person and not for the next', () => {
  const mine = renderHook(() => usePreference('columns.x', isTexts), { wrapper: as('a') })
  act(() => mine.result.current[1](['name']))
  expect(renderHook(() => usePreference('columns.x', isTexts), { wrapper: as('a') }).result.current[0]).toEqual(['name'])
  expect(renderHook(() => usePreference('columns.x', isTexts), { wrapper: as('b') }).result.current[0]).toBeNull()
})

it('takes no notice of what an older version left behind', () => {
  localStorage.setItem('portolan.of.a.columns.x', '{"not": "a list"}')
  expect(renderHook(() => usePreference('columns.x', isTexts), { wrapper: as('a') }).result.current[0]).toBeNull()
})

it('holds while the page is open where the browser keeps nothing', () => {
  const refuse = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => { throw new Error('full') })
  const { result } = renderHook(() => usePreference('columns.y', isTexts), { wrapper: as('a') })
  act(() => result.current[1](['name']))
  expect(result.current[0]).toEqual(['name'])
  refuse.mockRestore()
})

it('keeps widths within reason, and gives a column back to its contents', () => {
  const { result } = renderHook(() => useWidths('view.x'), { wrapper: as('a') })
  act(() => result.current.set('name', 5000))
  expect(result.current.of.name).toBe(900)
  act(() => result.current.set('name', 3))
  expect(result.current.of.name).toBe(48)
  act(() => result.current.set('name', null))
  expect(result.current.of).toEqual({})
})
