// Stars. Choosing the last one again takes them all away.
import './fields.css'
import { useTranslation } from 'react-i18next'
import type { Scalar } from '@/model/record'
import { type EditProps, type FieldShape, type FieldTypeModule, textOf } from './field-type'
import { Star, Stars } from './widgets/marks'
import { TextInput } from './widgets/text-input'

const most = (field: FieldShape): number => Math.min(Number(field.max ?? 5) || 5, 10)

const starsOf = (value: Scalar | undefined): number => Number(textOf(value)) || 0

function StarsEdit(props: EditProps) {
  const { t } = useTranslation('fields')
  const count = most(props.field)
  const now = starsOf(props.value)
  return (
    <div
      id={props.id}
      role="radiogroup"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid || undefined}
      aria-required={props.required || undefined}
      className="pf-stars"
      onBlur={() => props.onBlur?.()}
    >
      {Array.from({ length: count }, (_, index) => index + 1).map((stars) => (
        <button
          key={stars}
          type="button"
          role="radio"
          aria-checked={stars === now}
          aria-label={t('stars', { count: stars })}
          disabled={props.disabled}
          tabIndex={stars === Math.max(now, 1) ? 0 : -1}
          onClick={() => props.onChange(stars === now && !props.required ? null : stars)}
          onKeyDown={(event) => {
            const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key]
            if (step === undefined) return
            event.preventDefault()
            const next = Math.min(count, Math.max(props.required ? 1 : 0, now + step))
            props.onChange(next === 0 ? null : next)
            const place = event.currentTarget.parentElement?.children[Math.max(next, 1) - 1]
            if (place instanceof HTMLElement) place.focus()
          }}
        >
          <Star full={stars <= now} />
        </button>
      ))}
    </div>
  )
}

export const rating: FieldTypeModule = {
  align: 'start',
  width: 104,
  drawn: true,
  grouped: true,
  format: textOf,
  plain: textOf,
  parse: (text, field) => {
    const word = text.normalize('NFKC').trim()
    if (word === '' || word === '0') return { value: null }
    const stars = /^[★⭐]+$/u.test(word) ? [...word].length : Number(word)
    return Number.isInteger(stars) && stars >= 1 && stars <= most(field) ? { value: stars } : { problem: 'no_rating', values: { most: most(field) } }
  },
  Show: ({ value, field }) => <Stars now={starsOf(value)} most={most(field)} />,
  Edit: (props) => (props.cell ? <TextInput {...props} type={rating} inputMode="numeric" /> : <StarsEdit {...props} />),
}
