import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Session } from '@/model/session'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import NewPasswordPage from './new-password-page'

const session: Session = {
  user: { id: 'u1', name: 'Lin Wei', email: 'lin.wei@northwind.example', language: 'en', roles: [], admin: false },
  csrf: 'c', must_change_password: true, demo: false, company: 'Northwind', language: 'en', version: 1,
}

let server: FakeServer
beforeEach(() => {
  server = fakeServer()
})

async function fill(old: string, fresh: string, again: string) {
  await userEvent.type(screen.getByLabelText('Password you were given'), old)
  await userEvent.type(screen.getByLabelText('New password'), fresh)
  await userEvent.type(screen.getByLabelText(/again|Repeat/i), again)
  await userEvent.click(screen.getByRole('button', { name: 'Save and go on' }))
}

describe('the page for a new password', () => {
  it('goes on with the session that the new password opens', async () => {
    const done = vi.fn()
    server.once('POST', /password$/, 200, { ...session, csrf: 'fresh', must_change_password: false })
    await renderPage(<NewPasswordPage session={session} onDone={done} onLeave={vi.fn()} />)
    await fill('given-by-it', 'only-mine-now', 'only-mine-now')
    await waitFor(() => expect(done).toHaveBeenCalledWith(expect.objectContaining({ csrf: 'fresh' })))
    expect(server.last('POST', /password$/)?.body).toEqual({ old: 'given-by-it', new: 'only-mine-now' })
  })
  it('says what is wrong before it asks the server', async () => {
    await renderPage(<NewPasswordPage session={session} onDone={vi.fn()} onLeave={vi.fn()} />)
    await fill('given-by-it', 'only-mine-now', 'something-else')
    expect(await screen.findByRole('alert')).toBeVisible()
    expect(server.last('POST', /password$/)).toBeUndefined()
  })
  it('tells that the same password is no new one', async () => {
    const details = [{ path: 'new', code: 'same', message: '' }]
    server.once('POST', /password$/, 422, { error: { code: 'invalid', message: '', details } })
    await renderPage(<NewPasswordPage session={session} onDone={vi.fn()} onLeave={vi.fn()} />)
    await fill('given-by-it', 'given-by-it', 'given-by-it')
    expect(await screen.findByText(/choose another/)).toBeVisible()
  })
})
