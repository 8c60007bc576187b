// A person who signs in.
import { Avatar } from '@/ui/avatar'
import { type FieldTypeModule, textOf } from './field-type'
import { reference } from './reference'

export const user: FieldTypeModule = {
  ...reference,
  width: 160,
  Show: ({ value, field, context }) => {
    const name = reference.format(value, field, context)
    return textOf(value) === '' ? null : (
      <span className="pf-person"><Avatar name={name} size={20} />{name}</span>
    )
  },
}
