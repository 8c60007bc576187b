// Files of any sort.
import { filesOf, knownFile } from '@/model/files'
import type { FieldTypeModule } from './field-type'
import { FileCell } from './widgets/files/file-cell'
import { FilesEdit } from './widgets/files/files-edit'
import { FilesEditCell } from './widgets/files/files-edit-cell'
import { FilesShow } from './widgets/files/files-show'

const names = (value: unknown): string => filesOf(value).map((id) => knownFile(id)?.name || '…').join(', ')

export const attachment: FieldTypeModule = {
  align: 'start',
  width: 120,
  fixed: true,
  format: names,
  plain: names,
  parse: () => ({ problem: 'no_value' }),
  Show: ({ value, field, compact }) => (compact ? <FileCell value={value} pictures={false} /> : <FilesShow value={value} label={field.label ?? ''} pictures={false} />),
  Edit: (props) => (props.cell ? <FilesEditCell {...props} pictures={false} /> : <FilesEdit {...props} pictures={false} />),
}
