// Fields in columns; one column on a phone.
import type { FormField as Placed } from '@/model/app'
import { useForm } from '../form-context'
import { FormField } from './form-field'
import style from './form.module.css'

export function Fields({ fields, columns }: { fields: readonly Placed[]; columns: number }) {
  const { entity } = useForm()
  return (
    <div className={style.grid} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {fields.map(({ name, span }) => {
        const field = entity.fields[name]
        return field ? <FormField key={name} path={name} field={field} span={Math.min(span, columns)} asker={`${entity.name}.${name}`} /> : null
      })}
    </div>
  )
}
