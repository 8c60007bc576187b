/** Icons by meaning. Drawings are lucide's (ISC); names are ours, so that a definition never names a drawing. */
import {
  Archive, ArrowDown, ArrowLeft, ArrowUp, AtSign, Bell, Box, BriefcaseBusiness, Building2, Calendar, Camera, ChartColumn, Check, ChevronDown,
  ChevronLeft, ChevronRight, CircleAlert, CircleCheck, CircleDot, CircleHelp, CircleX, Clock, Coins, Columns3, Copy, Download, ExternalLink, File,
  FileSpreadsheet, FileText, Film, Globe, History, Home, Image, Inbox, Info, KeyRound, Languages, LayoutTemplate, ListFilter, List, Lock, LogOut,
  Menu, MessageSquare, MoreHorizontal, Network, PanelLeft, PanelRight, Paperclip, Pencil, Pin, Plus, Presentation, RefreshCw, RotateCcw, Search,
  Send, Settings, ShieldCheck, Ship, ShoppingCart, Star, Trash2, TriangleAlert, Undo2, Upload, User, UserMinus, UserPlus, Users, WifiOff, X,
  type LucideIcon,
} from 'lucide-react'

const drawings = {
  add: Plus, alert: CircleAlert, archive: Archive, attachment: Paperclip, back: ArrowLeft, bell: Bell, box: Box, briefcase: BriefcaseBusiness, building: Building2,
  calendar: Calendar, camera: Camera, cart: ShoppingCart, chart: ChartColumn, check: Check, clock: Clock, close: X, columns: Columns3,
  comment: MessageSquare, copy: Copy, delete: Trash2, document: FileText, done: CircleCheck, dot: CircleDot, down: ChevronDown,
  download: Download, edit: Pencil, error: CircleX, external: ExternalLink, file: File, film: Film, filter: ListFilter, globe: Globe, help: CircleHelp,
  history: History, home: Home, inbox: Inbox, info: Info, key: KeyRound, language: Languages, layout: LayoutTemplate, left: ChevronLeft, list: List,   lock: Lock, mention: AtSign, menu: Menu, money: Coins, more: MoreHorizontal, network: Network, offline: WifiOff, panel: PanelLeft, panel_right: PanelRight,
  people: Users, person: User, person_add: UserPlus, person_leave: UserMinus, picture: Image, pin: Pin, redo: RotateCcw, refresh: RefreshCw,
  right: ChevronRight, search: Search, send: Send, settings: Settings, shield: ShieldCheck, ship: Ship, slides: Presentation, sign_out: LogOut,
  sort_down: ArrowDown, sort_up: ArrowUp, spreadsheet: FileSpreadsheet, star: Star, undo: Undo2, upload: Upload, warning: TriangleAlert, } satisfies Record<string, LucideIcon>

/** Icons that only some pages need; they bring their drawings with them by `addIcons`. */
type RareIcon =
  | 'eye' | 'eye_off' | 'grip' | 'hash' | 'heading' | 'link' | 'list_checks' | 'mail' | 'percent' | 'phone' | 'publish' | 'ruler' | 'square_check' | 'table' | 'tag' | 'text' | 'workflow'

export type IconName = keyof typeof drawings | RareIcon

const all: Partial<Record<IconName, LucideIcon>> = drawings

/** Brings drawings along that the pages before did without. */
export function addIcons(more: Record<RareIcon, LucideIcon>): void {
  Object.assign(all, more)
}

export function isIconName(name: string | undefined): name is IconName {
  return name !== undefined && name in all
}

interface IconProps {
  name: IconName
  size?: number
  /** Said by screen readers; without it the icon is decoration. */
  label?: string
  className?: string
}

export function Icon({ name, size = 16, label, className }: IconProps) {
  const Drawing = all[name] ?? drawings.dot
  const said = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
  return <Drawing size={size} strokeWidth={1.75} className={className} focusable={false} {...said} />
}
