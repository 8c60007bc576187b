// Files of any sort.
import { filesNamed, filesOf, knownFile } from '@/model/files'
import type { FieldTypeModule, Parsed } from './field-type'
import { FileCell } from './widgets/files/file-cell'
import { FilesEdit } from './widgets/files/files-edit'
import { FilesEditCell } from './widgets/files/files-edit-cell'
import { FilesShow } from './widgets/files/files-show'

/** Files that were copied from another cell; nothing else can be pasted as text. */
function parse(text: string): Parsed {
  const ids = filesNamed(text)
  return ids === null ? { problem: 'no_value' } : { value: ids.length > 0 ? ids : null }
}

const names = (value: unknown): string => filesOf(value).map((id) => knownFile(id)?.name || '…').join(', ')

export const attachment: FieldTypeModule = {
  align: 'start',
  drawn: true,
  width: 120,
  fixed: true,
  format: names,
  plain: names,
  parse,
  Show: ({ value, field, compact }) => (compact ? <FileCell value={value} pictures={false} /> : <FilesShow value={value} label={field.label ?? ''} pictures={false} />),
  Edit: (props) => (props.cell ? <FilesEditCell {...props} pictures={false} /> : <FilesEdit {...props} pictures={false} />),
}
