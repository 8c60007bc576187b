/** What the format knows of a part of a definition beside what its panel shows, as controls: of a node, a field, a part of a form. */
import type { About, Kind } from '@/api/studio'
import type { Json } from '@/model/definition'
import type { Schema } from '@/model/json-schema'
import type { Texts } from '../use-texts'
import { useAround, type Change } from './context'
import { shapeOf, variantOf } from './schema'
import { Surroundings } from './surroundings'
import { PartsEditor } from './value-editor'

interface FurtherProps {
  about: About
  kind: Kind
  texts: Texts
  /** What the format calls it. */
  of: string
  value: Record<string, Json>
  path: string
  without: readonly string[]
  onChange: Change
}

export default function Further({ about, kind, texts, ...rest }: FurtherProps) {
  return <Surroundings about={about} kind={kind} texts={texts}><Inside {...rest} /></Surroundings>
}

function Inside({ of, value, path, without, onChange }: Omit<FurtherProps, 'about' | 'kind' | 'texts'>) {
  const { root } = useAround()
  const schema: Schema = { $ref: `#/$defs/${of}` }
  const whole = shapeOf(root, schema)
  const shape = whole.kind === 'one_of' ? shapeOf(root, variantOf(root, whole.variants, value)?.schema ?? {}, of) : whole
  return shape.kind === 'parts' ? <PartsEditor name={shape.name} parts={shape.parts} value={value} onChange={onChange} path={path} without={without} /> : null
}
