import { cleanup, render } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, describe, expect, it } from 'vitest'
import type { FieldType } from '@/model/app'
import type { Scalar } from '@/model/record'
import { FieldValue } from './field-value'

const types: FieldType[] = [
  'text', 'long_text', 'integer', 'decimal', 'money', 'percent', 'boolean', 'date', 'datetime', 'choice', 'multi_choice',
  'reference', 'references', 'any_reference', 'user', 'department', 'position', 'email', 'phone', 'url', 'currency', 'country',
  'rich_text', 'time', 'duration', 'tags', 'address', 'geo', 'barcode', 'color', 'rating', 'number', 'json',
]
const stored = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  ' javascript:alert(1)//https://a.example',
  'data:text/html,<script>alert(1)</script>',
  'x"><svg onload=alert(1)>',
  '<a href="javascript:alert(1)" onclick="alert(1)">x</a><p onmouseover="alert(1)">y</p>',
]

/** The form in which a value of the type travels. */
function wire(type: FieldType, value: string): Scalar {
  if (type === 'multi_choice' || type === 'tags' || type === 'references') return [value]
  if (type === 'address') return { country: value, city: value, street: value }
  if (type === 'geo') return { latitude: value, longitude: value }
  return type === 'any_reference' ? `partner/${value}` : value
}

afterEach(cleanup)

describe('what people write', () => {
  it.each(types)('is shown by %s as text and never runs', (type) => {
    for (const value of stored) {
      const context = { language: 'en', titles: { [value]: value }, currency: value }
      const field = { type, to: 'partner', label: value, options: [{ value, label: value }] }
      const { container } = render(<MemoryRouter><FieldValue value={wire(type, value)} field={field as never} context={context} /></MemoryRouter>)
      expect(container.querySelector('script, img, svg[onload], [onerror], [onclick], [onmouseover]')).toBeNull()
      for (const link of container.querySelectorAll('a')) {
        expect(link.getAttribute('href') ?? '').toMatch(/^(https?:|mailto:|tel:|\/)/)
      }
      cleanup()
    }
  })
})
