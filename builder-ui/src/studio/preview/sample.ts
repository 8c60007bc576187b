/** What stands in the fields of a previewed form before a real record is chosen: something of each type. */
import type { EntityModel, Field } from '@/model/app'
import type { Line, Scalar, Titles } from '@/model/record'

interface Samples {
  values: Record<string, Scalar | Line[]>
  titles: Titles
}

const today = () => new Date().toISOString().slice(0, 10)

/** A value of a field; undefined where it is better left empty. */
function sample(field: Field, n: number, titles: Titles): Scalar | undefined {
  if (field.formula !== undefined) return undefined
  switch (field.type) {
    case 'text': case 'long_text':
      return field.label
    case 'integer': case 'rating':
      return String(n + 2)
    case 'decimal':
      return String(10 * (n + 1))
    case 'money':
      return String(120 * (n + 1))
    case 'percent':
      return '0.05'
    case 'boolean':
      return n % 2 === 0
    case 'date':
      return today()
    case 'datetime':
      return new Date().toISOString()
    case 'choice':
      return field.options?.[n % Math.max(1, field.options.length)]?.value
    case 'multi_choice':
      return field.options?.slice(0, 2).map(({ value }) => value)
    case 'reference': case 'user': case 'department': case 'position': {
      const id = `sample-${field.name}`
      titles[id] = field.label
      return id
    }
    case 'currency':
      return 'USD'
    case 'email':
      return 'name@example.com'
    case 'phone':
      return '+86 574 8700 0000'
    default:
      return undefined
  }
}

/** Sample values of a new record. */
export function samples(entity: EntityModel): Samples {
  const titles: Titles = {}
  const values: Samples['values'] = {}
  if (entity.lifecycle) values.state = entity.lifecycle.start
  for (const field of Object.values(entity.fields)) {
    if (field.type === 'lines') {
      values[field.name] = [0, 1].map((n) => {
        const line: Line = { id: `sample-${n}` }
        for (const column of Object.values(field.fields ?? {})) {
          const value = sample(column, n, titles)
          if (value !== undefined) line[column.name] = value
        }
        return line
      })
    } else {
      const value = sample(field, 0, titles)
      if (value !== undefined) values[field.name] = value
    }
  }
  return { values, titles }
}
