import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { RouteObject } from 'react-router'
import { beforeEach, describe, expect, it } from 'vitest'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import ImportPage from './import-page'
import ImportsPage from './imports-page'

let server: FakeServer
beforeEach(() => {
  sessionStorage.clear()
  server = fakeServer()
})

const routes: RouteObject[] = [
  { path: '/imports', element: <ImportsPage /> },
  { path: '/imports/:id', element: <ImportPage /> },
]
const upload = async (at = '/imports?entity=product') => {
  const shown = await renderPage(null, { routes, at })
  const input = document.querySelector<HTMLInputElement>('input[type=file]')
  await userEvent.upload(input as HTMLInputElement, new File(['x'], 'ledger.xlsx'), { applyAccept: false })
  await screen.findByRole('button', { name: 'Check the file' })
  return shown
}
const job = (more: object) => ({ id: 'j1', file: 'ledger.xlsx', status: 'checked', done: 10, total: 10, problems: [], problem_count: 0, summary: { product: { create: 4, update: 1, skip: 0, invalid: 0 } }, ...more })

describe('an import', () => {
  it('maps the headings that it knows, and says which required fields are missing', async () => {
    await upload()
    expect(screen.getByText('StockCode')).toBeVisible()
    expect(screen.getByText(/85048/)).toBeVisible()
    expect(screen.queryByText(/Required, but not in the file/)).not.toBeInTheDocument()
    await userEvent.click(screen.getByRole('combobox', { name: 'Import into' }))
    await userEvent.click(await screen.findByTitle('Customers'))
    expect(await screen.findByText(/Required, but not in the file: Name/)).toBeVisible()
  })
  it('sends what was chosen to the dry run', async () => {
    await upload()
    await userEvent.click(screen.getByRole('combobox', { name: 'If a record is there already' }))
    await userEvent.click(await screen.findByTitle('Update it'))
    await userEvent.click(screen.getByRole('button', { name: 'Check the file' }))
    await waitFor(() => expect(server.last('POST', /dry_run$/)?.body).toEqual({
      entity: 'product', key: ['code'], existing: 'update', columns: { StockCode: 'code', Description: 'name', Price: 'purchase_price' },
    }))
  })
  it('prefers the import that the pack has prepared', async () => {
    await upload('/imports')
    expect(screen.getByText(/This import knows what the columns mean/)).toBeVisible()
    await userEvent.click(screen.getByRole('button', { name: 'Check the file' }))
    await waitFor(() => expect(server.last('POST', /dry_run$/)?.body).toEqual({ import: 'online_retail' }))
  })
  it('shows problems by row and column before anything is written', async () => {
    server.once('GET', /imports\/j1$/, 200, job({ problems: [{ row: 27, column: 'Date', code: 'not_a_date', message: '“13/25” is no date', value: '13/25' }], problem_count: 3 }))
    await renderPage(null, { routes, at: '/imports/j1' })
    expect(await screen.findByText('3 problems')).toBeVisible()
    expect(screen.getByRole('row', { name: /27 Date 13\/25 “13\/25” is no date/ })).toBeVisible()
    expect(screen.getByText('and 2 more')).toBeVisible()
    expect(screen.getByRole('button', { name: 'Import 5 records' })).toBeEnabled()
  })
  it('cannot run when nothing would be written', async () => {
    server.once('GET', /imports\/j1$/, 200, job({ summary: { product: { create: 0, update: 0, skip: 5, invalid: 0 } } }))
    await renderPage(null, { routes, at: '/imports/j1' })
    expect(await screen.findByRole('button', { name: 'Import 0 records' })).toBeDisabled()
  })
  it('undoes only after asking', async () => {
    server.once('GET', /imports\/j1$/, 200, job({ status: 'done' }))
    await renderPage(null, { routes, at: '/imports/j1' })
    await userEvent.click(await screen.findByRole('button', { name: 'Undo this import' }))
    await screen.findByText(/goes to the trash/)
    expect(server.last('POST', /undo$/)).toBeUndefined()
    await userEvent.click(screen.getAllByRole('button', { name: 'Undo this import' }).at(-1) as HTMLElement)
    await waitFor(() => expect(server.last('POST', /undo$/)).toBeDefined())
  })
})
