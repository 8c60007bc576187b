// A field with a list that narrows as one types (ARIA combobox with listbox). References, choices, people and
// currencies use it, in forms and in cells.
import '../fields.css'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fold } from './fold'
import { Popup } from './popup'

export interface ComboOption {
  value: string
  title: string
  subtitle?: string
  color?: string
}

interface ComboboxProps {
  id: string
  label: string
  value: string | null
  /** What the value is called. */
  title: string
  /** The options for a text; an empty text gives the first ones. */
  load: (text: string, signal: AbortSignal) => Promise<ComboOption[]> | ComboOption[]
  onChange: (value: string | null, option: ComboOption | null) => void
  onBlur?: () => void
  disabled?: boolean
  invalid?: boolean
  required?: boolean
  describedBy?: string
  placeholder?: string
  /** The key that began the editing of a cell; undefined outside the grid. */
  cell?: { typed: string | null }
  /** Stands in the field after the text, such as a link to the record. */
  extra?: ReactNode
  clearable?: boolean
}

const DEBOUNCE = 180

export function Combobox(props: ComboboxProps) {
  const { t } = useTranslation('fields')
  const { value, title, load, cell } = props
  const list = useId()
  const frame = useRef<HTMLSpanElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState<string | null>(cell?.typed ?? null)
  const [open, setOpen] = useState(cell !== undefined)
  const [active, setActive] = useState(0)
  const [options, setOptions] = useState<ComboOption[]>([])
  const [status, setStatus] = useState<'idle' | 'loading' | 'failed'>('idle')
  /** The text that the options belong to: until the answer for what is typed now is there, they are those of before. */
  const [answered, setAnswered] = useState<string | null>(null)

  useEffect(() => {
    if (cell) {
      input.current?.focus()
      if (cell.typed === null) input.current?.select()
    }
    // Only when the cell opens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [])

  useEffect(() => {
    if (!open) return
    const stop = new AbortController()
    const ask = async (): Promise<void> => {
      const answer = load(text ?? '', stop.signal)
      if (Array.isArray(answer)) {
        take(answer)
        return
      }
      setStatus('loading')
      try {
        take(await answer)
      } catch {
        if (!stop.signal.aborted) setStatus('failed')
      }
    }
    const take = (found: ComboOption[]): void => {
      if (stop.signal.aborted) return
      setOptions(found)
      setAnswered(text ?? '')
      setStatus('idle')
      const chosen = text === null ? found.findIndex((option) => option.value === value) : -1
      setActive(chosen >= 0 ? chosen : 0)
    }
    const timer = setTimeout(() => void ask(), text ? DEBOUNCE : 0)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
    // The list belongs to the text; what the asker knows is read when it asks.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [open, text])

  const choose = (option: ComboOption | null): void => {
    props.onChange(option?.value ?? null, option)
    setText(null)
    setOpen(false)
  }

  const waits = open && text !== null && text.trim() !== '' && answered !== text

  /** Whoever types faster than the list comes leaves before it: what they would have chosen is chosen when it is there. */
  const chooseLater = (typed: string, which: (found: ComboOption[]) => ComboOption | undefined): void => {
    void (async () => {
      const found = which(await load(typed, new AbortController().signal))
      if (found) props.onChange(found.value, found)
    })().catch(() => undefined)
    setText(null)
    setOpen(false)
  }

  /** Leaving with text that names one option chooses it; any other text is dropped. */
  const settle = (): void => {
    const named = (found: ComboOption[]): ComboOption | undefined => {
      const folded = fold(text ?? '')
      const exact = found.filter((option) => fold(option.title) === folded || fold(option.value) === folded)
      return exact.length === 1 ? exact[0] : undefined
    }
    if (waits) return chooseLater(text, named)
    if (text !== null) {
      const exact = named(options)
      if (text.trim() === '') {
        if (value !== null && props.clearable !== false) props.onChange(null, null)
      } else if (exact) props.onChange(exact.value, exact)
    }
    setText(null)
    setOpen(false)
  }

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const option = options[active]
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        event.preventDefault()
        event.stopPropagation()
        if (!open) setOpen(true)
        else if (options.length > 0) {
          const step = event.key === 'ArrowDown' ? 1 : -1
          setActive((active + step + options.length) % options.length)
        }
        break
      }
      case 'Enter':
        // In a grid the key goes on to the grid, which moves to the next line.
        if (event.nativeEvent.isComposing || !open) break
        if (waits || option) {
          if (!cell) event.preventDefault()
          if (waits) chooseLater(text, (found) => found[0])
          else if (option) choose(option)
        }
        break
      case 'Tab':
        if (waits) chooseLater(text, (found) => found[0])
        else if (open && option && text !== null && text.trim() !== '') choose(option)
        break
      case 'Escape':
        if (open && !cell) {
          event.stopPropagation()
          setText(null)
          setOpen(false)
        }
        break
      default:
        break
    }
  }

  const classes = ['pf-input', props.invalid && 'pf-invalid', props.disabled && 'pf-disabled', cell && 'pf-cell']
  const clearable = props.clearable !== false && value !== null && !props.disabled && !cell
  return (
    <span ref={frame} className={classes.filter(Boolean).join(' ')}>
      <input
        ref={input}
        id={props.id}
        role="combobox"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={cell ? props.label : undefined}
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        aria-autocomplete="list"
        aria-activedescendant={open && options[active] ? `${list}-${active}` : undefined}
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        aria-required={props.required || undefined}
        disabled={props.disabled}
        placeholder={props.placeholder}
        value={text ?? title}
        onChange={(event) => {
          setText(event.target.value)
          setOpen(true)
        }}
        onFocus={(event) => {
          // What was typed to begin the editing of a cell must not be typed over.
          if (text === null) event.target.select()
        }}
        onMouseDown={() => {
          if (!open) setOpen(true)
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          settle()
          props.onBlur?.()
        }}
      />
      {clearable && (
        <button type="button" className="pf-icon" tabIndex={-1} aria-label={t('clear', { label: props.label })} onMouseDown={(event) => event.preventDefault()} onClick={() => choose(null)}>
          <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
        </button>
      )}
      {props.extra}
      {!props.disabled && (
        <span className="pf-caret" aria-hidden="true">
          <svg viewBox="0 0 16 16"><path d="M4 6l4 4 4-4" /></svg>
        </span>
      )}
      {open && (
        <Popup anchor={frame} minWidth={cell ? 340 : 240}>
          <div id={list} role="listbox" aria-label={props.label} className="pf-list" aria-busy={status === 'loading'}>
            {options.map((option, index) => (
              <div
                key={option.value}
                id={`${list}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={option.value === value}
                data-active={index === active || undefined}
                ref={(element) => {
                  if (element && index === active) element.scrollIntoView?.({ block: 'nearest' })
                }}
                onMouseDown={(event) => event.preventDefault()}
                onMouseUp={() => {
                  choose(option)
                  input.current?.focus()
                }}
                onMouseMove={() => setActive(index)}
              >
                {option.color && <i className={`pf-dot pf-${option.color}`} aria-hidden="true" />}
                <span className="pf-option-title">{option.title}</span>
                {option.subtitle && <span className="pf-option-note">{option.subtitle}</span>}
              </div>
            ))}
          </div>
          {options.length === 0 && (
            <p className="pf-list-note" role="status">
              {status === 'loading' ? t('loading') : status === 'failed' ? t('lookup_failed') : t('nothing_found')}
            </p>
          )}
        </Popup>
      )}
    </span>
  )
}
