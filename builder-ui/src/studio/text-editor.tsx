/** A definition as text, as its file holds it: for whatever has no editor of its own, and for whoever likes it better. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Definition } from '@/model/definition'
import { Icon } from '@/ui/icon'
import { useDefinition, useDraftState, useOpenDraft } from './context'
import style from './text-editor.module.css'

const written = (definition: Definition | null | undefined) => (definition ? JSON.stringify(definition, null, 2) : '')

export default function TextEditor({ file }: { file: string }) {
  const { t } = useTranslation('studio')
  const open = useOpenDraft()
  const definition = useDefinition(file)
  const problems = useDraftState((state) => state.draft.problems).filter((one) => one.file === file)
  const [text, setText] = useState(() => written(definition))
  const [seen, setSeen] = useState(definition)
  const [wrong, setWrong] = useState<string | null>(null)
  // Undo, or another editor of the same definition.
  if (definition !== seen) {
    setSeen(definition)
    if (text.trim() === '' || !same(text, definition)) {
      setText(written(definition))
      setWrong(null)
    }
  }
  const change = (next: string) => {
    setText(next)
    try {
      const json: unknown = JSON.parse(next)
      if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new SyntaxError(t('text.object'))
      setWrong(null)
      open.act(t('text.step'), { [file]: json as Definition }, `text ${file}`)
      setSeen(json as Definition)
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <div className={style.frame}>
      <textarea className={style.text} value={text} onChange={(event) => change(event.target.value)} spellCheck={false} aria-label={t('text.label')} aria-invalid={wrong !== null || undefined} />
      {wrong ? <p className={style.problem} role="alert"><Icon name="error" size={14} />{t('text.wrong', { why: wrong })}</p> : null}
      {problems.map((one) => (
        <p key={`${one.code} ${one.path} ${one.message}`} className={one.severity === 'error' ? style.problem : style.warning}>
          <Icon name={one.severity === 'error' ? 'error' : 'warning'} size={14} /><span><code>{one.path}</code> {one.message}{one.hint ? ` (${one.hint})` : ''}</span>
        </p>
      ))}
    </div>
  )
}

function same(text: string, definition: Definition | null | undefined): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(definition)
  } catch {
    return false
  }
}
