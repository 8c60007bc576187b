// Files that can only be looked at.
import './files.css'
import { filesOf } from '@/model/files'
import { FileItems } from './file-items'

export function FilesShow({ value, label, pictures }: { value: unknown; label: string; pictures: boolean }) {
  return <FileItems ids={filesOf(value)} tiles={pictures} label={label} />
}
