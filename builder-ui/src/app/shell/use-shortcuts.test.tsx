import { fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, expect, it, vi } from 'vitest'
import { useListKeys } from '@/features/list/use-row-keys'
import { useShortcuts } from './use-shortcuts'

const did = { search: vi.fn(), help: vi.fn(), go: vi.fn(), find: vi.fn(), create: vi.fn() }

function Page({ list }: { list: boolean }) {
  useShortcuts(did)
  return (
    <>
      {list ? <List /> : null}
      <input aria-label="field" />
      <div role="grid"><div tabIndex={0} role="gridcell">cell</div></div>
    </>
  )
}

function List() {
  useListKeys(did.find, did.create)
  return null
}

beforeEach(() => vi.clearAllMocks())
const press = (key: string, target: Element = document.body) => fireEvent.keyDown(target, { key })

it('goes to a place with g and its letter, and to none with the letter alone', () => {
  render(<Page list={false} />)
  press('h')
  expect(did.go).not.toHaveBeenCalled()
  press('g')
  press('t')
  expect(did.go).toHaveBeenCalledExactlyOnceWith('/tasks')
  press('h')
  expect(did.go).toHaveBeenCalledTimes(1)
})

it('leaves the letter after g to the app, others to the list', () => {
  render(<Page list />)
  press('g')
  press('n')
  expect(did.go).toHaveBeenCalledExactlyOnceWith('/notifications')
  expect(did.create).not.toHaveBeenCalled()
  press('n')
  expect(did.create).toHaveBeenCalledOnce()
})

it('searches in the list where there is one, everywhere else in the whole app', () => {
  const { unmount } = render(<Page list />)
  press('/')
  expect([did.find.mock.calls.length, did.search.mock.calls.length]).toEqual([1, 0])
  unmount()
  render(<Page list={false} />)
  press('/')
  expect(did.search).toHaveBeenCalledOnce()
  press('?')
  expect(did.help).toHaveBeenCalledOnce()
})

it('takes no letter from what is being typed', () => {
  render(<Page list />)
  for (const target of [screen.getByLabelText('field'), screen.getByRole('gridcell')]) {
    for (const key of ['g', 'h', 'n', '/', '?']) press(key, target)
  }
  expect(Object.values(did).every((one) => one.mock.calls.length === 0)).toBe(true)
})
