// What was chosen as chips that one takes away, and behind them the field that adds.
import '../fields.css'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface ChipsProps {
  items: readonly { value: string; label: string }[]
  cell: boolean
  disabled: boolean | undefined
  onRemove: (value: string) => void
  /** The field that adds; left out where nothing can be added. */
  children?: ReactNode
}

export function Chips({ items, cell, disabled, onRemove, children }: ChipsProps) {
  const { t } = useTranslation('fields')
  return (
    <span className={`pf-chips${cell ? ' pf-cell' : ''}`}>
      {items.map(({ value, label }) => (
        <span key={value} className="pf-chip">
          <span className="pf-chip-text">{label}</span>
          {!disabled && (
            <button type="button" className="pf-icon" aria-label={t('remove', { label })} onClick={() => onRemove(value)}>
              <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
            </button>
          )}
        </span>
      ))}
      {disabled ? null : children}
    </span>
  )
}
