import '@testing-library/jest-dom/vitest'
import { act, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { usePresence } from '@/api/presence'
import texts from '@/locales/en/record.json'
import { Editors } from './editors'
import { calls, serve } from './test-kit'

const said = () => calls.filter((call) => call.path === '/api/presence').map((call) => call.body)

beforeAll(() => i18next.use(initReactI18next).init({ lng: 'en', ns: ['record'], resources: { en: { record: texts } } }).then(() => {}))

beforeEach(() => usePresence.setState({ stream: null, told: null }))

describe('Who else is changing a record', () => {
  it('is shown by name, and goes when they go', async () => {
    serve(() => ({ body: { entity: 'customer', id: 'c1', editors: [{ id: 'u1', name: 'Li Na', since: '2026-11-23T02:00:00.000Z' }] } }))
    usePresence.setState({ stream: 's1' })
    render(<Editors entity="customer" id="c1" editing={false} />)
    expect(await screen.findByText('Li Na is editing')).toBeVisible()
    act(() => usePresence.setState({ told: { entity: 'customer', id: 'c1', editors: [] } }))
    expect(screen.queryByText('Li Na is editing')).toBeNull()
    act(() => usePresence.setState({ told: { entity: 'customer', id: 'c2', editors: [{ id: 'u1', name: 'Li Na', since: '2026-11-23T02:00:00.000Z' }] } }))
    expect(screen.queryByText('Li Na is editing')).toBeNull()
  })

  it('hears of this tab when it begins, connects again and goes', () => {
    serve(() => ({ body: { editors: [] } }))
    const { rerender, unmount } = render(<Editors entity="customer" id="c1" editing={false} />)
    expect(said()).toEqual([])
    act(() => usePresence.setState({ stream: 's1' }))
    rerender(<Editors entity="customer" id="c1" editing />)
    act(() => usePresence.setState({ stream: 's2' }))
    unmount()
    const record = { entity: 'customer', id: 'c1' }
    expect(said()).toEqual([
      { stream: 's1', record, editing: false },
      { stream: 's1', record, editing: true },
      { stream: 's2', record, editing: true },
      { stream: 's2', record: null, editing: false },
    ])
  })
})
