import { useId, type ReactNode } from 'react'
import style from './field-frame.module.css'

interface FieldFrameProps {
  label: string
  help?: string
  error?: string | null
  required?: boolean
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode
}

/** Label above, control, then help or what is wrong: for the fixed forms (sign-in, first run, password). */
export function FieldFrame({ label, help, error, required = false, children }: FieldFrameProps) {
  const id = useId()
  const note = error ?? help
  return (
    <div className={style.frame}>
      <label htmlFor={id} className={style.label}>{label}{required ? <span className={style.required} aria-hidden> *</span> : null}</label>
      {children({ id, describedBy: note ? `${id}-note` : undefined })}
      {note ? <p id={`${id}-note`} className={error ? style.error : style.help}>{note}</p> : null}
    </div>
  )
}
