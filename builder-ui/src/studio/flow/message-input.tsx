/** What a notice says: text, with values of the record put in where they are chosen. */
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '@/ui/button'
import { FieldFrame } from '@/ui/field-frame'
import { MenuButton } from '@/ui/menu-button'
import { TextInput } from '@/ui/text-input'
import { change } from './flow-edit'
import { useFlow } from './context'

export function MessageInput({ name }: { name: string }) {
  const { t } = useTranslation('studio')
  const flow = useFlow()
  const box = useRef<HTMLInputElement>(null)
  const path = `nodes.${name}.message`
  const base = typeof flow.nodes[name]?.message === 'string' ? flow.nodes[name].message : ''
  const text = flow.texts.say(path, base)
  const write = (message: string) => flow.write(t('act.change', { what: flow.label(name) }), flow.texts.follows(path, base) ? change(flow.nodes, name, { message }) : flow.nodes, flow.texts.write(path, message), path)
  /** A value goes where the cursor stands. */
  const put = (field: string) => {
    const at = box.current?.selectionStart ?? text.length
    write(`${text.slice(0, at)}{${field}}${text.slice(at)}`)
  }
  return (
    <FieldFrame label={t('flow.message')} help={t('flow.message_help')}>
      {({ id, describedBy }) => (
        <>
          <TextInput ref={box} id={id} {...(describedBy ? { describedBy } : {})} value={text} onChange={write} />
          <div>
            <MenuButton placement="bottomLeft" entries={[{ key: 'title', label: t('flow.record_title'), onSelect: () => put('title') }, ...flow.fields.filter((field) => !field.path.includes('.')).map((field) => ({ key: field.path, label: field.label, onSelect: () => put(['reference', 'user', 'department'].includes(field.type) ? `${field.path}.title` : field.path) }))]}>
              <Button size="small" kind="quiet" icon="add">{t('flow.put_field')}</Button>
            </MenuButton>
          </div>
        </>
      )}
    </FieldFrame>
  )
}
