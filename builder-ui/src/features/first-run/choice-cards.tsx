import { Icon, type IconName } from '@/ui/icon'
import style from './choice-cards.module.css'

interface ChoiceCardsProps<V extends string> {
  label: string
  name: string
  value: V
  onChange: (value: V) => void
  choices: { value: V; label: string; text: string; icon: IconName }[]
}

/** Radio buttons large enough to say what they mean. */
export function ChoiceCards<V extends string>({ label, name, value, onChange, choices }: ChoiceCardsProps<V>) {
  return (
    <fieldset className={style.group}>
      <legend className={style.legend}>{label}</legend>
      <div className={style.cards}>
        {choices.map((choice) => (
          <label key={choice.value} className={style.card} data-chosen={choice.value === value || undefined}>
            <input type="radio" name={name} value={choice.value} checked={choice.value === value} onChange={() => onChange(choice.value)} />
            <Icon name={choice.icon} size={20} />
            <span className={style.words}>
              <span className={style.title}>{choice.label}</span>
              <span className={style.text}>{choice.text}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
