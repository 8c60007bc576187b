/** All keys on one sheet; `?` opens it. */
import { useTranslation } from 'react-i18next'
import { Dialog } from '@/ui/dialog'
import style from './shortcuts-sheet.module.css'

const isMac = /mac|iphone|ipad/i.test(navigator.userAgent)
const ctrl = isMac ? '⌘' : 'Ctrl'

/** Keys that are pressed together stand together; a space means: one after the other. */
const groups: { name: string; keys: [what: string, ...ways: string[][]][] }[] = [
  { name: 'everywhere', keys: [['search', [ctrl, 'K'], ['/']], ['home', ['G'], ['H']], ['tasks', ['G'], ['T']], ['started', ['G'], ['S']], ['notifications', ['G'], ['N']], ['help', ['?']]] },
  { name: 'list', keys: [['walk', ['J'], ['K']], ['open', ['Enter']], ['find', ['/']], ['fresh', ['N']], ['choose', ['X']], ['range', ['Shift', 'J K'], ['Shift', '↑ ↓']], ['every', [ctrl, 'A']], ['move', ['M']], ['width', ['Alt', 'Shift', '← →']]] },
  { name: 'record', keys: [['save', [ctrl, 'S']], ['onward', [ctrl, 'Enter']]] },
  { name: 'studio', keys: [['panes', ['F6']], ['place', ['Alt', '↑ ↓']], ['undo', [ctrl, 'Z']], ['redo', [ctrl, 'Shift', 'Z']], ['publish', [ctrl, 'Enter']]] },
  { name: 'grid', keys: [['edit', ['F2']], ['next', ['Tab']], ['below', ['Enter']], ['undo', [ctrl, 'Z']], ['paste', [ctrl, 'V']], ['leave', ['Esc'], ['Tab']]] },
]

/** Ways that are done one after the other; all else are ways to the same. */
const sequences = new Set(['home', 'tasks', 'started', 'notifications', 'leave'])

export default function ShortcutsSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog open title={t('shortcuts.title')} onClose={onClose} width={680}>
      <div className={style.sheet}>
        {groups.map((group) => (
          <section key={group.name}>
            <h3>{t(`shortcuts.group.${group.name}`)}</h3>
            <dl>
              {group.keys.map(([what, ...ways]) => (
                <div key={what} className={style.row}>
                  <dt>{t(`shortcuts.${group.name}.${what}`)}</dt>
                  <dd>
                    {ways.map((keys, n) => (
                      <span key={keys.join('+')}>
                        {n > 0 ? <i>{sequences.has(what) ? t('shortcuts.then') : t('shortcuts.or')}</i> : null}
                        {keys.map((key) => <kbd key={key}>{key}</kbd>)}
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
