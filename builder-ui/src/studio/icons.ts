/** Drawings that only the studio needs. */
import {
  Eye, EyeOff, GripVertical, Hash, Heading, Link2, ListChecks, Mail, Percent, Phone, Rocket, Ruler, SquareCheck, Table2, Tag, TextCursorInput, Workflow,
} from 'lucide-react'
import { addIcons } from '@/ui/icon'

addIcons({
  eye: Eye, eye_off: EyeOff, grip: GripVertical, hash: Hash, heading: Heading, link: Link2, list_checks: ListChecks, mail: Mail, percent: Percent, phone: Phone, publish: Rocket, ruler: Ruler, square_check: SquareCheck, table: Table2, tag: Tag, text: TextCursorInput, workflow: Workflow,
})
