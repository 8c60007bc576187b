/** A condition in words: a filter read as a sentence, an expression as it is written. */

type T = (key: string, values?: Record<string, unknown>) => string

const operators: Record<string, string> = {
  '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge', in: 'in', 'not in': 'not_in', contains: 'contains', starts: 'starts', 'is null': 'null', 'is not null': 'not_null',
}

/** What a value is called: that of an option by its label. */
type Say = (path: string, value: string) => string

function value(of: unknown, say: (value: string) => string): string {
  if (Array.isArray(of)) return of.map((one) => value(one, say)).join(', ')
  if (typeof of === 'object' && of !== null) {
    const { expr, setting } = of as { expr?: string; setting?: string }
    return expr ?? setting ?? JSON.stringify(of)
  }
  return say(String(of ?? ''))
}

/** `name` says what a field is called, `say` what its values are. */
export function describeCondition(condition: unknown, t: T, name: (path: string) => string = (path) => path, say: Say = (_path, text) => text): string {
  if (typeof condition === 'string') return condition
  if (Array.isArray(condition)) {
    const [path, operator, right] = condition as [unknown, unknown, unknown]
    if (typeof path === 'string' && typeof operator === 'string' && operator in operators) return t(`studio:flow.operators.${operators[operator]}`, { field: name(path), value: value(right, (one) => say(path, one)) }).trim()
    return condition.map((one) => describeCondition(one, t, name, say)).join(` ${t('studio:flow.and')} `)
  }
  if (typeof condition === 'object' && condition !== null) {
    const { all, any, not } = condition as { all?: unknown[]; any?: unknown[]; not?: unknown }
    if (all) return all.map((one) => describeCondition(one, t, name, say)).join(` ${t('studio:flow.and')} `)
    if (any) return any.map((one) => describeCondition(one, t, name, say)).join(` ${t('studio:flow.or')} `)
    if (not !== undefined) return t('studio:flow.not', { what: describeCondition(not, t, name, say) })
    return JSON.stringify(condition)
  }
  return ''
}
