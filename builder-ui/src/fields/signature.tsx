// A signature that is drawn with a finger, a pen or the mouse, kept as a picture among the files.
import { lazy, Suspense } from 'react'
import { attachment } from './attachment'
import type { FieldTypeModule } from './field-type'
import { CellBox } from './widgets/cell-box'
import { FileCell } from './widgets/files/file-cell'
import { FilesShow } from './widgets/files/files-show'

const SignaturePad = lazy(() => import('./widgets/signature-pad'))

export const signature: FieldTypeModule = {
  ...attachment,
  grouped: true,
  Show: ({ value, field, compact }) => (compact ? <FileCell value={value} pictures /> : <FilesShow value={value} label={field.label ?? ''} pictures />),
  Edit: (props) => {
    const pad = <Suspense fallback={<span className="pf-input" />}><SignaturePad {...props} /></Suspense>
    return props.cell ? <CellBox shown={<FileCell value={props.value} pictures />}>{pad}</CellBox> : pad
  },
}
