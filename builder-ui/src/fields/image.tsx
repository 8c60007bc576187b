// Pictures. The first stands for the record in lists.
import { filesOf, knownFile } from '@/model/files'
import type { FieldTypeModule } from './field-type'
import { FileCell } from './widgets/files/file-cell'
import { FilesEdit } from './widgets/files/files-edit'
import { FilesEditCell } from './widgets/files/files-edit-cell'
import { FilesShow } from './widgets/files/files-show'

const names = (value: unknown): string => filesOf(value).map((id) => knownFile(id)?.name || '…').join(', ')

export const image: FieldTypeModule = {
  align: 'start',
  width: 64,
  fixed: true,
  format: names,
  plain: names,
  parse: () => ({ problem: 'no_value' }),
  Show: ({ value, field, compact }) => (compact ? <FileCell value={value} pictures={true} /> : <FilesShow value={value} label={field.label ?? ''} pictures={true} />),
  Edit: (props) => (props.cell ? <FilesEditCell {...props} pictures={true} /> : <FilesEdit {...props} pictures={true} />),
}
