import { describe, expect, it } from 'vitest'
import type { Field } from '@/model/app'
import { checkRecord, checkValue } from './check'
import { field, requestEntity } from './fixture'

const everything = () => true
const always = (field: Field) => field.required

describe('checks of the browser', () => {
  it('name each missing place, lines by their id', () => {
    const values = { partner: null, lines: [{ id: 'a', item: 'i1', quantity: '0', price: null }] }
    expect(checkRecord(requestEntity(), values, everything, always)).toEqual([
      { path: 'partner', code: 'required' },
      { path: 'lines.a.quantity', code: 'above', values: { limit: '0' } },
      { path: 'lines.a.price', code: 'required' },
    ])
  })

  it('ask for a line where there is only an empty one', () => {
    const values = { partner: 'p', lines: [{ id: 'a', item: null, quantity: null, price: null }] }
    expect(checkRecord(requestEntity(), values, everything, always)).toEqual([{ path: 'lines', code: 'few_lines', values: { limit: 1 } }])
  })

  it('do not ask for what is hidden, and ask for what a transition requires', () => {
    const values = { lines: [{ id: 'a', item: 'i', quantity: '1', price: '1' }] }
    const problems = checkRecord(requestEntity(), values, (path) => path !== 'partner', always, ['day'])
    expect(problems).toEqual([{ path: 'day', code: 'required' }])
  })

  it('compare exactly', () => {
    const price = field('price', 'money', { max: '0.3' })
    expect(checkValue(price, '0.30', false)).toBeNull()
    expect(checkValue(price, '0.3000000000000000001', false)).toMatchObject({ code: 'max' })
  })

  it('know mail and web addresses', () => {
    expect(checkValue(field('m', 'email'), 'a@b', false)).toMatchObject({ code: 'no_email' })
    expect(checkValue(field('m', 'email'), 'li.wei@example.com.cn', false)).toBeNull()
    expect(checkValue(field('u', 'url'), 'javascript:alert(1)', false)).toMatchObject({ code: 'no_url' })
    expect(checkValue(field('u', 'url'), 'https://example.com/a', false)).toBeNull()
  })
})
