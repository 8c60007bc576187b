import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it } from 'vitest'
import type { PortolanRecord } from '@/model/record'
import { answerOf, base, calls, openPage, serve, type Server } from '../test-kit'

const shows = (record: PortolanRecord = base): Server => (call) => {
  if (call.path === '/api/records/item/lookup') {
    const rows = [{ id: 'i1', title: 'Lamp', subtitle: 'LA-1' }, { id: 'i2', title: 'Pan', subtitle: 'PA-2' }]
    const q = String(call.body?.q ?? '').toLowerCase()
    return { body: { rows: rows.filter((row) => `${row.title} ${row.subtitle}`.toLowerCase().includes(q)) } }
  }
  return call.method === 'GET' && call.path === '/api/records/request/r1' ? { body: answerOf(record) } : undefined
}

/** The rows as texts, without the number and the button. */
const cells = (): string[][] =>
  within(screen.getByRole('grid', { name: 'Items' }))
    .getAllByRole('row')
    .filter((row) => within(row).queryByRole('rowheader') !== null)
    .map((row) => within(row).getAllByRole('gridcell').slice(0, 4).map((cell) => cell.textContent ?? ''))

const open = async (record?: PortolanRecord) => {
  serve(shows(record))
  await openPage('/e/request/r1')
  const grid = await screen.findByRole('grid', { name: 'Items' })
  await waitFor(() => expect(cells().length).toBeGreaterThan(0))
  return { user: userEvent.setup(), grid }
}

const cell = (row: number, column: number): HTMLElement => {
  const rows = within(screen.getByRole('grid', { name: 'Items' })).getAllByRole('row').slice(1)
  const found = within(rows[row] as HTMLElement).getAllByRole('gridcell')[column]
  if (!found) throw new Error(`Expected a cell at ${row}, ${column}`)
  return found
}

const paste = (text: string): void => {
  fireEvent.paste(document.activeElement ?? document.body, { clipboardData: { getData: () => text } })
}

beforeEach(() => localStorage.clear())

describe('the line grid with the keyboard', () => {
  it('shows the lines with their totals', async () => {
    await open()
    expect(cells()).toEqual([['Lamp', '1', '10.00', '10.00'], ['Pan', '2', '10.00', '20.00']])
    expect(screen.getByText('Total of 2 lines')).toBeVisible()
  })

  it('replaces a value as one types, and goes down with Enter', async () => {
    const { user } = await open()
    await user.click(cell(0, 1))
    await user.keyboard('12{Enter}')
    expect(cells()[0]?.[1]).toBe('12')
    expect(cell(1, 1)).toHaveFocus()
  })

  it('edits what is there with F2 and gives it back with Escape', async () => {
    const { user } = await open()
    await user.click(cell(0, 1))
    await user.keyboard('{F2}')
    const field = screen.getByRole('textbox', { name: 'Quantity, Line 1' })
    expect(field).toHaveFocus()
    await user.keyboard('{End}5')
    expect(field).toHaveValue('15')
    await user.keyboard('{Escape}')
    expect(cells()[0]?.[1]).toBe('1')
    expect(cell(0, 1)).toHaveFocus()
  })

  it('goes on with Tab over what cannot be written, to a new line at the end, and lets go there', async () => {
    const { user } = await open()
    await user.click(cell(1, 2))
    await user.keyboard('{Tab}')
    expect(cells()).toHaveLength(3)
    expect(cell(2, 0)).toHaveFocus()
    await user.keyboard('{Tab}{Tab}')
    expect(cell(2, 2)).toHaveFocus()
    await user.keyboard('{Tab}')
    expect(cells()).toHaveLength(3)
    expect(document.activeElement?.closest('[role=grid]')).toBeNull()
  })

  it('lets go with Escape and Tab anywhere', async () => {
    const { user } = await open()
    await user.click(cell(0, 0))
    await user.keyboard('{Escape}{Tab}')
    expect(document.activeElement?.closest('[role=grid]')).toBeNull()
  })

  it('empties, duplicates, moves and removes lines, and takes it back', async () => {
    const { user } = await open()
    await user.click(cell(0, 1))
    await user.keyboard('{Delete}')
    expect(cells()[0]?.[1]).toBe('')
    await user.keyboard('{Control>}z{/Control}')
    expect(cells()[0]?.[1]).toBe('1')
    await user.keyboard('{Control>}d{/Control}')
    expect(cells().map((row) => row[0])).toEqual(['Lamp', 'Lamp', 'Pan'])
    await user.keyboard('{Alt>}{ArrowDown}{/Alt}')
    expect(cells().map((row) => row[0])).toEqual(['Lamp', 'Pan', 'Lamp'])
    await user.keyboard('{Control>}{Delete}{/Control}')
    expect(cells().map((row) => row[0])).toEqual(['Lamp', 'Pan'])
  })

  it('searches a reference as one types and takes the found one with Tab', async () => {
    const { user } = await open()
    await user.click(cell(0, 0))
    await user.keyboard('pa')
    await screen.findByRole('option', { name: /Pan/ })
    await user.keyboard('{Tab}')
    expect(cells()[0]?.[0]).toBe('Pan')
    expect(cell(0, 1)).toHaveFocus()
  })

  it('does not write into formulas', async () => {
    const { user } = await open()
    await user.click(cell(0, 3))
    await user.keyboard('99{Enter}')
    expect(cells()[0]?.[3]).toBe('10.00')
  })

  it('tells a screen reader what is wrong in the active cell', async () => {
    const { user, grid } = await open()
    await user.click(cell(0, 1))
    await user.keyboard('some{Enter}{ArrowUp}')
    expect(cell(0, 1)).toHaveAttribute('aria-invalid', 'true')
    expect(cells()[0]?.[1]).toBe('some')
    expect(grid).toHaveAccessibleDescription('Line 1, Quantity: Expected a number such as 1,234.50')
  })
})

describe('a block from a spreadsheet', () => {
  it('is put over the lines and beyond, references found by title or code', async () => {
    const { user } = await open()
    await user.click(cell(1, 0))
    paste('LA-1\t1,200\t3.5\r\nPan\t4\tcheap\r\nNowhere\t1\t1\r\n')
    await waitFor(() => expect(cells()[1]?.[0]).toBe('Lamp'))
    expect(cells().map((row) => row.slice(0, 3))).toEqual([
      ['Lamp', '1', '10.00'], ['Lamp', '1,200', '3.50'], ['Pan', '4', 'cheap'], ['Nowhere', '1', '1.00'],
    ])
    expect(cell(2, 2)).toHaveAttribute('aria-invalid', 'true')
    expect(cell(3, 0)).toHaveAttribute('aria-invalid', 'true')
    expect(await screen.findByText('3 lines pasted. Cells to look at: 2')).toBeInTheDocument()
  })

  it('asks for a text once, however many lines have it', async () => {
    const { user } = await open()
    await user.click(cell(0, 0))
    paste(Array.from({ length: 40 }, () => 'Lamp').join('\n'))
    await waitFor(() => expect(cells()[1]?.[0]).toBe('Lamp'))
    expect(calls.filter((call) => call.path === '/api/records/item/lookup')).toHaveLength(1)
  })

  it('goes back to the spreadsheet exactly', async () => {
    const { user } = await open()
    await user.click(cell(0, 0))
    await user.keyboard('{Shift>}{ArrowDown}{ArrowRight}{ArrowRight}{/Shift}')
    let copied = ''
    fireEvent.copy(document.activeElement ?? document.body, { clipboardData: { setData: (_type: string, text: string) => { copied = text } } })
    expect(copied).toBe('Lamp\t1\t10\nPan\t2\t10')
  })
})

describe('a thousand lines', () => {
  it('draw only those on the screen', async () => {
    const lines = Array.from({ length: 1000 }, (_, index) => ({ id: `l${index}`, item: 'i1', quantity: String(index), price: '1', amount: '1' }))
    const { user, grid } = await open({ ...base, lines })
    expect(grid).toHaveAttribute('aria-rowcount', '1001')
    expect(cells().length).toBeLessThan(60)
    await user.click(cell(0, 1))
    await user.keyboard('77{Enter}')
    expect(cells()[0]?.[1]).toBe('77')
  })
})
