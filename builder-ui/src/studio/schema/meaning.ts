/** What names stand for in a place of a definition, so that they are chosen instead of typed. Pure. */

export type Meaning = 'role' | 'field' | 'lines' | 'state' | 'transition' | 'workflow' | 'entity' | 'calendar' | 'node' | 'mapping' | 'view'

/** By the property, and by what it is a property of where that matters. */
const meanings: Record<string, Meaning> = {
  'ModuleDefinition.entities': 'entity', role: 'role', owners: 'role', calendar: 'calendar', entity: 'entity', view: 'view',
  'FieldDefinition.read': 'role', 'FieldDefinition.write': 'role', 'FieldDefinition.to': 'entity', 'To.text': 'entity', 'To.list': 'entity',
  'NodeFields.write': 'field', 'NodeFields.required': 'field', 'NodeFields.read': 'field', 'NodeFields.hide': 'field',
  'OutcomeForm.write': 'field', 'OutcomeForm.required': 'field',
  'RuleDefinition.field': 'field', 'RuleDefinition.each': 'lines', 'RuleDefinition.on': 'transition',
  'LifecycleDefinition.start': 'state', 'TransitionDefinition.from': 'state', 'TransitionDefinition.to': 'state', 'TransitionDefinition.outcomes': 'state',
  'TransitionDefinition.requires': 'field', 'TransitionDefinition.workflow': 'workflow', 'TransitionStep.name': 'transition', 'ComputeDefinition.while': 'state',
  'LockedExcept.except': 'field', 'CreateStep.from': 'mapping', 'UpdateStep.from': 'mapping', 'CopyStep.from': 'mapping', 'UpdateStep.record': 'field',
  'ScopeDefinition.owner': 'field', 'ScopeDefinition.department': 'field', 'EntityDefinition.unique': 'field', 'EntityDefinition.indexes': 'field',
  'DuplicatesDefinition.certain': 'field', 'Likeness.list': 'field', 'NearDefinition.near': 'field', 'NearDefinition.with': 'field',
  'EffectiveDefinition.key': 'field', 'EffectiveDefinition.from': 'field', 'DateTerm.field': 'field', 'LinesSource.of': 'lines',
  'NodeDefinition.of': 'node', 'NodeDefinition.workflow': 'workflow', 'CallOver.lines': 'lines', 'ReturnTo.nodes': 'node',
}

export const meaningOf = (of: string, key: string): Meaning | undefined => meanings[`${of}.${key}`] ?? meanings[key]

/** Keyed by fields: their keys are chosen among those of the entity. */
const keys: Record<string, Meaning> = { 'TransitionDefinition.set': 'field' }
export const keyMeaningOf = (of: string, key: string): Meaning | undefined => keys[`${of}.${key}`]

/** Texts that people read, and so in their language. */
const said = new Set(['label', 'label_plural', 'help', 'message', 'confirm', 'section'])
export const isSaid = (key: string): boolean => said.has(key)

/** What is so unless it is said otherwise. */
const usual = new Set(['WorkflowDefinition.batch', 'NodeDefinition.wait'])
export const isUsual = (of: string, key: string): boolean => usual.has(`${of}.${key}`)

/** Formulas and patterns, written in letters of equal width. */
const written = new Set(['value', 'formula', 'default', 'expr', 'of', 'set', 'sets', 'with', 'lets', 'number', 'title', 'search', 'lookup', 'departments', 'department', 'series', 'pattern', 'currency', 'fills', 'inputs', 'fields', 'where', 'message'])
export const isWritten = (key: string): boolean => written.has(key) && !isSaid(key)
