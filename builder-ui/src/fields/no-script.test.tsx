import { cleanup, render } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, describe, expect, it } from 'vitest'
import type { FieldType } from '@/model/app'
import { FieldValue } from './field-value'

const types: FieldType[] = [
  'text', 'long_text', 'integer', 'decimal', 'money', 'percent', 'boolean', 'date', 'datetime', 'choice', 'multi_choice',
  'reference', 'user', 'department', 'email', 'phone', 'url', 'currency',
]
const stored = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  ' javascript:alert(1)//https://a.example',
  'data:text/html,<script>alert(1)</script>',
  'x"><svg onload=alert(1)>',
]

afterEach(cleanup)

describe('what people write', () => {
  it.each(types)('is shown by %s as text and never runs', (type) => {
    for (const value of stored) {
      const context = { language: 'en', titles: { [value]: value }, currency: value }
      const field = { type, to: 'partner', label: value, options: [{ value, label: value }] }
      const { container } = render(<MemoryRouter><FieldValue value={type === 'multi_choice' ? [value] : value} field={field as never} context={context} /></MemoryRouter>)
      expect(container.querySelector('script, img, svg[onload], [onerror]')).toBeNull()
      for (const link of container.querySelectorAll('a')) {
        expect(link.getAttribute('href') ?? '').toMatch(/^(https?:|mailto:|tel:|\/)/)
      }
      cleanup()
    }
  })
})
