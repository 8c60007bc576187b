// A place on the earth, written as latitude and longitude in degrees.
import type { Scalar } from '@/model/record'
import { type FieldTypeModule, type Parsed, partsOf } from './field-type'
import { TextInput } from './widgets/text-input'

function format(value: Scalar | undefined): string {
  const { latitude, longitude } = partsOf(value)
  return latitude === undefined || longitude === undefined ? '' : `${latitude}, ${longitude}`
}

/** Reads `31.2304, 121.4737`, also with a space between and with letters of the quarter: `31.2304N 121.4737E`. */
function parse(typed: string): Parsed {
  const text = typed.normalize('NFKC').trim().toUpperCase()
  if (text === '') return { value: null }
  const found = /^([-−]?\d{1,2}(?:\.\d+)?)°?\s*([NS])?[\s,;]+([-−]?\d{1,3}(?:\.\d+)?)°?\s*([EW])?$/.exec(text)
  if (!found) return { problem: 'no_geo' }
  const degrees = (figure: string | undefined, turned: boolean): string => {
    const plain = String(Number((Number((figure ?? '').replace('−', '-')) * (turned ? -1 : 1)).toFixed(6)))
    return plain === '-0' ? '0' : plain
  }
  const latitude = degrees(found[1], found[2] === 'S')
  const longitude = degrees(found[3], found[4] === 'W')
  if (Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return { problem: 'no_geo' }
  return { value: { latitude, longitude } }
}

export const geo: FieldTypeModule = {
  align: 'start',
  width: 170,
  format,
  plain: format,
  parse,
  Show: ({ value, compact }) => {
    const text = format(value)
    if (text === '' || compact) return <>{text}</>
    const { latitude, longitude } = partsOf(value)
    const place = `mlat=${encodeURIComponent(latitude ?? '')}&mlon=${encodeURIComponent(longitude ?? '')}`
    return <a className="pf-anchor" href={`https://www.openstreetmap.org/?${place}#map=16/${encodeURIComponent(latitude ?? '')}/${encodeURIComponent(longitude ?? '')}`} target="_blank" rel="noreferrer">{text}</a>
  },
  Edit: (props) => <TextInput {...props} type={geo} placeholder="31.2304, 121.4737" />,
}
