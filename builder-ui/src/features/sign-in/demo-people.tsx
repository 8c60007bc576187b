import { useTranslation } from 'react-i18next'
import type { DemoPerson } from '@/model/session'
import { Avatar } from '@/ui/avatar'
import { Icon } from '@/ui/icon'
import style from './demo-people.module.css'

interface DemoPeopleProps {
  people: DemoPerson[]
  busy: string | null
  onChoose: (person: DemoPerson) => void
}

/** One card per role of the demo; a click signs in. */
export function DemoPeople({ people, busy, onChoose }: DemoPeopleProps) {
  const { t, i18n } = useTranslation()
  const chinese = i18n.language.startsWith('zh')
  return (
    <section aria-labelledby="demo-heading">
      <p className={style.lead}><strong id="demo-heading" className={style.heading}>{t('sign_in:demo')}</strong> {t('sign_in:demo_text')}</p>
      <ul className={style.cards}>
        {people.map((person) => (
          <li key={person.email}>
            <button type="button" className={style.card} disabled={busy !== null} aria-busy={busy === person.email} onClick={() => onChoose(person)}>
              <Avatar name={person.name} size={38} />
              <span className={style.words}>
                <span className={style.who}>
                  <span className={style.role}>{chinese ? person.role_label_zh || person.role_label : person.role_label}</span>
                  <span className={style.name}>{person.name}</span>
                </span>
                <span className={style.note}>{chinese ? person.note_zh || person.note : person.note}</span>
              </span>
              <span className={style.go}><Icon name="right" /></span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
