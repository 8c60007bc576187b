// Country, region, city, street and postal code; shown on one line as the country is used to.
import './fields.css'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Parts, Scalar } from '@/model/record'
import { addressLine } from './addresses'
import { country } from './country'
import { type EditProps, type FieldShape, type FieldTypeModule, type FormatContext, partsOf } from './field-type'
import { CellBox } from './widgets/cell-box'

function format(value: Scalar | undefined, _field: FieldShape, context: FormatContext): string {
  return addressLine(partsOf(value), context.language)
}

/** The parts without those that are empty; nothing at all is null. */
function packed(parts: Parts): Scalar {
  const kept = Object.entries(parts).filter(([, text]) => text !== undefined && text !== '')
  return kept.length === 0 ? null : (Object.fromEntries(kept) as Parts)
}

function AddressEdit(props: EditProps) {
  const { t } = useTranslation('fields')
  const own = useId()
  const parts = partsOf(props.value)
  const put = (name: string, text: string | null): void => props.onChange(packed({ ...partsOf(props.read?.() ?? props.value), [name]: text ?? '' }))
  const line = (name: 'street' | 'city' | 'region' | 'postal_code', autoComplete: string) => (
    <label className={`pf-part pf-part-${name}`}>
      <span>{t(`address.${name}`)}</span>
      <span className={`pf-input${props.disabled ? ' pf-disabled' : ''}`}>
        <input
          type="text"
          value={parts[name] ?? ''}
          disabled={props.disabled}
          autoComplete={autoComplete}
          maxLength={name === 'street' ? 300 : 120}
          onChange={(event) => put(name, event.target.value)}
          onBlur={() => props.onBlur?.()}
        />
      </span>
    </label>
  )
  return (
    <div id={props.id} role="group" aria-label={props.label} aria-describedby={props.describedBy} className="pf-address">
      {line('street', 'street-address')}
      {line('postal_code', 'postal-code')}
      {line('city', 'address-level2')}
      {line('region', 'address-level1')}
      <div className="pf-part pf-part-country">
        <label htmlFor={own}>{t('address.country')}</label>
        <country.Edit
          id={own}
          path={props.path}
          field={props.field}
          label={t('address.country')}
          value={parts.country ?? null}
          context={props.context}
          {...(props.disabled === undefined ? {} : { disabled: props.disabled })}
          onChange={(code) => put('country', code === null ? null : String(code))}
          onBlur={() => props.onBlur?.()}
        />
      </div>
    </div>
  )
}

export const address: FieldTypeModule = {
  align: 'start',
  width: 240,
  grouped: true,
  format,
  plain: format,
  parse: (text) => ({ value: text.trim() === '' ? null : { street: text.trim() } }),
  Edit: (props) =>
    props.cell ? <CellBox shown={format(props.value, props.field, props.context)}><AddressEdit {...props} /></CellBox> : <AddressEdit {...props} />,
}
