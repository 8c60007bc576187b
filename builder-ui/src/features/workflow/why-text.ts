/** Why somebody decides, as a sentence. */
import type { TFunction } from 'i18next'
import type { Looked, Via, VisitPerson } from '@/api/workflows'
import { formatValue } from '@/model/format'
import type { AppModel } from '@/model/app'

type T = TFunction<'workflows'>

const nameOf = (one: Via['by']): string => (typeof one === 'object' && one !== null ? one.name : (one ?? ''))

export function viaText({ via, via_label: label, name }: VisitPerson, t: T): string | null {
  if (!via) return null
  const department = via.department?.name
  const level = via.level ?? 1
  switch (via.kind) {
    case 'role': return t(department ? 'workflows:via.role_of' : 'workflows:via.role', { name, role: label ?? via.role ?? '', department })
    case 'position': return t(department ? 'workflows:via.position_of' : 'workflows:via.position', { name, position: via.position ?? '', department })
    case 'manager': return t(level > 1 ? 'workflows:via.manager_up' : 'workflows:via.manager', { name, of: via.of?.name ?? '', level })
    case 'department_head': return t('workflows:via.department_head', { name, department: department ?? '' })
    case 'field': return t('workflows:via.field', { name, field: label ?? via.path ?? '' })
    case 'for_initiator': return t(`workflows:via.for_initiator_${String(nameOf(via.by))}`, { name, defaultValue: t('workflows:via.for_initiator', { name }) })
    case 'nobody': return t(`workflows:via.nobody_${String(nameOf(via.by))}`, { name, defaultValue: t('workflows:via.nobody', { name }) })
    case 'deputy': return t('workflows:via.deputy', { name, of: via.of?.name ?? '' })
    case 'transfer': case 'left': case 'delegated': return t(`workflows:via.${via.kind}`, { name, from: via.from?.name ?? '' })
    case 'advised': case 'added': case 'assigned': case 'picked': return nameOf(via.by) ? t(`workflows:via.${via.kind}`, { name, by: nameOf(via.by) }) : t('workflows:via.picked_nobody', { name })
    default: return t(`workflows:via.${via.kind}`, { name, defaultValue: name })
  }
}

/** A value as its field shows it. */
export function lookedText(one: Looked, model: AppModel, titles: Record<string, string>, language: string, t: T): string {
  const { value } = one
  if (value === null || value === undefined || value === '') return t('workflows:why.empty')
  const field = one.entity && one.field ? model.entities[one.entity]?.fields[one.field] : undefined
  const told = (single: unknown): string => {
    if (typeof single === 'boolean') return t(single ? 'workflows:why.yes' : 'workflows:why.no')
    if (typeof single === 'string' && titles[single]) return titles[single]
    const option = typeof single === 'string' ? field?.options?.find((known) => known.value === single) : undefined
    if (option) return option.label
    return formatValue(single, language, { type: one.type ?? 'text', ...(one.scale === undefined ? {} : { scale: one.scale }), ...(field?.display === undefined ? {} : { display: field.display }), ...(one.currency ? { currency: one.currency } : {}) })
  }
  if (one.what === 'field' && one.field === 'state' && one.entity) return model.entities[one.entity]?.lifecycle?.states[String(value)]?.label ?? String(value)
  return Array.isArray(value) ? value.map(told).join(', ') : told(value)
}
