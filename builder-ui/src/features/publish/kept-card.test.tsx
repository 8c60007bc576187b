import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { fakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import KeptCard from './kept-card'

it('tells what is kept and until when, and empties it only after asking', async () => {
  const server = fakeServer()
  await server.signIn()
  const kept = [
    { entity: 'item', label: 'Item', lines: 'lines', field: 'size', column: 'size__2', rows: 1203, since: null, emptied_on: '2027-03-01' },
    { entity: 'item', label: 'Item', lines: null, field: null, column: 'colour', rows: 1, since: null, emptied_on: null },
  ]
  server.once('GET', /^\/api\/publish\/kept$/, 200, { kept })
  server.once('POST', /^\/api\/publish\/kept\/purge$/, 200, { emptied: 1203 })
  server.once('GET', /^\/api\/publish\/kept$/, 200, { kept: kept.slice(1) })
  await renderPage(<KeptCard />)
  expect(await screen.findByText('Item › lines › size')).toBeVisible()
  expect(screen.getByText('1,203 rows hold a value · emptied on 1 Mar 2027')).toBeVisible()
  expect(screen.getByText('1 row holds a value · kept until somebody empties it')).toBeVisible()
  await userEvent.click(screen.getAllByRole('button', { name: 'Empty…' })[0] as HTMLElement)
  expect(await screen.findByText(/1,203 values go and cannot be brought back/)).toBeInTheDocument()
  expect(server.last('POST', /purge$/)).toBeUndefined()
  await userEvent.click(await screen.findByRole('button', { name: 'Empty for good' }))
  await waitFor(() => expect(server.last('POST', /purge$/)?.body).toEqual({ entity: 'item', lines: 'lines', column: 'size__2' }))
  await waitFor(() => expect(screen.queryByText('Item › lines › size')).toBeNull())
})
