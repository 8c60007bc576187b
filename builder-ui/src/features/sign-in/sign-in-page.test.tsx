import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeServer, type FakeServer } from '@/test/fake-server'
import { renderPage } from '@/test/render'
import SignInPage from './sign-in-page'

let server: FakeServer
beforeEach(() => {
  localStorage.clear()
  server = fakeServer()
})

describe('the sign-in page', () => {
  it('signs in with email and password', async () => {
    const done = vi.fn()
    await renderPage(<SignInPage onDone={done} />)
    await userEvent.type(screen.getByLabelText('Email'), 'lin.wei@northwind.example')
    await userEvent.type(screen.getByLabelText('Password'), 'demo')
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    await waitFor(() => expect(done).toHaveBeenCalledOnce())
    expect(done.mock.calls[0]?.[0]).toMatchObject({ user: { name: 'Lin Wei' } })
  })
  it('says what is wrong and keeps what was typed', async () => {
    await renderPage(<SignInPage onDone={vi.fn()} />)
    await userEvent.type(screen.getByLabelText('Email'), 'lin.wei@northwind.example')
    await userEvent.type(screen.getByLabelText('Password'), 'wrong')
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(await screen.findByRole('alert')).toHaveTextContent('Email and password do not fit together')
    expect(screen.getByLabelText('Email')).toHaveValue('lin.wei@northwind.example')
  })
  it('asks for both before it asks the server', async () => {
    await renderPage(<SignInPage onDone={vi.fn()} />)
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }))
    expect(await screen.findByRole('alert')).toBeVisible()
    expect(server.last('POST', /session$/)).toBeUndefined()
  })
  it('signs in by one click on a card of the demo', async () => {
    const done = vi.fn()
    await renderPage(<SignInPage onDone={done} />)
    await userEvent.click(await screen.findByRole('button', { name: /Finance manager.*Zhao Min/ }))
    await waitFor(() => expect(done.mock.calls[0]?.[0]).toMatchObject({ user: { name: 'Zhao Min' } }))
  })
  it('shows no cards where there is no demo', async () => {
    server.once('GET', /demo$/, 404, { error: { code: 'not_found', message: '', details: [] } })
    await renderPage(<SignInPage onDone={vi.fn()} />)
    await waitFor(() => expect(server.last('GET', /demo$/)).toBeDefined())
    expect(screen.queryByText(/Zhao Min/)).not.toBeInTheDocument()
  })
  it('speaks Chinese when asked, and takes that language along', async () => {
    const done = vi.fn()
    await renderPage(<SignInPage onDone={done} />)
    await userEvent.click(screen.getByRole('button', { name: '简体中文' }))
    await userEvent.click(await screen.findByRole('button', { name: /财务经理/ }))
    await waitFor(() => expect(done).toHaveBeenCalled())
    expect(server.last('PATCH', /session$/)?.body).toEqual({ language: 'zh_hans' })
    expect(document.documentElement.lang).toBe('zh-Hans')
  })
})
