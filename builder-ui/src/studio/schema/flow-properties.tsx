/** What is said of a workflow as a whole: whom it serves, until when it can be taken back, its variables, its letters. */
import type { About } from '@/api/studio'
import type { Texts } from '../use-texts'
import { Properties } from './properties-editor'
import { Surroundings } from './surroundings'

export default function FlowProperties({ about, texts }: { about: About; texts: Texts }) {
  return <Surroundings about={about} kind="workflow" texts={texts}><Properties about={about} kind="workflow" wide={false} /></Surroundings>
}
