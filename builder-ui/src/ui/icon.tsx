/** Icons by meaning. Drawings are lucide's (ISC); names are ours, so that a definition never names a drawing. */
import {
  Archive, ArrowDown, ArrowLeft, ArrowUp, AtSign, Bell, Box, BriefcaseBusiness, Building2, Calendar, Camera, ChartColumn, Check, ChevronDown,
  ChevronLeft, ChevronRight, CircleAlert, CircleCheck, CircleDot, CircleHelp, CircleX, Clock, Coins, Columns3, Copy, Download,
  Eye, EyeOff, ExternalLink, File, FileSpreadsheet, FileText, Film, Globe, GripVertical, Hash, Heading, History, Home, Image, Inbox, Info, KeyRound, Languages, LayoutTemplate, Link2, ListChecks, ListFilter, List, Lock, LogOut, Mail,
  Menu, MessageSquare, MoreHorizontal, Network, PanelLeft, PanelRight, Paperclip, Pencil, Percent, Phone, Pin, Plus, Presentation, RefreshCw, Rocket, RotateCcw, Ruler, Search, Send, Settings, ShieldCheck,
  Ship, ShoppingCart, SquareCheck, Star, Table2, Tag, TextCursorInput, Trash2, TriangleAlert, Undo2, Upload, User, UserMinus, UserPlus, Users, WifiOff, Workflow, X, type LucideIcon,
} from 'lucide-react'

const drawings = {
  add: Plus, alert: CircleAlert, archive: Archive, attachment: Paperclip, back: ArrowLeft, bell: Bell, box: Box, briefcase: BriefcaseBusiness, building: Building2,
  calendar: Calendar, camera: Camera, cart: ShoppingCart, chart: ChartColumn, check: Check, clock: Clock, close: X, columns: Columns3,
  comment: MessageSquare, copy: Copy, delete: Trash2, document: FileText, done: CircleCheck, dot: CircleDot, down: ChevronDown,
  download: Download, edit: Pencil, error: CircleX, external: ExternalLink, eye: Eye, eye_off: EyeOff, file: File, film: Film, filter: ListFilter, globe: Globe, grip: GripVertical, hash: Hash, heading: Heading, help: CircleHelp,
  history: History, home: Home, inbox: Inbox, info: Info, key: KeyRound, language: Languages, layout: LayoutTemplate, left: ChevronLeft, link: Link2, list: List, list_checks: ListChecks,
  lock: Lock, mail: Mail, mention: AtSign, menu: Menu, money: Coins, more: MoreHorizontal, network: Network, offline: WifiOff, panel: PanelLeft, panel_right: PanelRight,
  people: Users, percent: Percent, person: User, person_add: UserPlus, person_leave: UserMinus, phone: Phone, picture: Image, pin: Pin, publish: Rocket, redo: RotateCcw, refresh: RefreshCw,
  right: ChevronRight, ruler: Ruler, search: Search, send: Send, settings: Settings, shield: ShieldCheck, ship: Ship, slides: Presentation, sign_out: LogOut,
  sort_down: ArrowDown, sort_up: ArrowUp, spreadsheet: FileSpreadsheet, square_check: SquareCheck, star: Star, table: Table2, tag: Tag, text: TextCursorInput, undo: Undo2, upload: Upload, warning: TriangleAlert, workflow: Workflow,
} satisfies Record<string, LucideIcon>

export type IconName = keyof typeof drawings

export function isIconName(name: string | undefined): name is IconName {
  return name !== undefined && name in drawings
}

interface IconProps {
  name: IconName
  size?: number
  /** Said by screen readers; without it the icon is decoration. */
  label?: string
  className?: string
}

export function Icon({ name, size = 16, label, className }: IconProps) {
  const Drawing = drawings[name]
  const said = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
  return <Drawing size={size} strokeWidth={1.75} className={className} focusable={false} {...said} />
}
