// Small drawings of values, for forms and lists alike: stars, swatches, tags.
import '../fields.css'
import { useTranslation } from 'react-i18next'

export function Star({ full }: { full: boolean }) {
  return (
    <svg viewBox="0 0 16 16" className={full ? 'pf-star pf-full' : 'pf-star'} aria-hidden="true">
      <path d="M8 1.8l1.9 3.9 4.3.6-3.1 3 .7 4.3L8 11.6l-3.8 2 .7-4.3-3.1-3 4.3-.6z" />
    </svg>
  )
}

export function Stars({ now, most }: { now: number; most: number }) {
  const { t } = useTranslation('fields')
  return (
    <span className="pf-stars-shown" role="img" aria-label={t('stars', { count: now })}>
      {Array.from({ length: most }, (_, index) => <Star key={index} full={index < now} />)}
    </span>
  )
}

/** A colour and its code. Only what is surely a colour becomes a style. */
export function Swatch({ value }: { value: string }) {
  return (
    <span className="pf-color-shown">
      {/^#[0-9a-f]{6}$/i.test(value) ? <i className="pf-swatch" style={{ background: value }} aria-hidden="true" /> : null}
      {value}
    </span>
  )
}

export function TagList({ tags, compact = false }: { tags: readonly string[]; compact?: boolean }) {
  return (
    <span className="pf-tags" data-compact={compact || undefined} title={compact ? tags.join(', ') : undefined}>
      {tags.map((tag) => <span key={tag} className="pf-tag">{tag}</span>)}
    </span>
  )
}
