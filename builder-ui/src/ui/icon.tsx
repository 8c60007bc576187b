/** Icons by meaning. Drawings are lucide's (ISC); names are ours, so that a definition never names a drawing. */
import {
  Archive, ArrowDown, ArrowLeft, ArrowUp, AtSign, Bell, Box, BriefcaseBusiness, Building2, Calendar, Camera, ChartColumn, Check, ChevronDown,
  ChevronLeft, ChevronRight, CircleAlert, CircleCheck, CircleDot, CircleHelp, CircleX, Clock, Coins, Columns3, Copy, Download,
  ExternalLink, File, FileSpreadsheet, FileText, Film, Globe, History, Home, Image, Inbox, Info, KeyRound, Languages, ListFilter, List, Lock, LogOut,
  Menu, MessageSquare, MoreHorizontal, Network, PanelLeft, PanelRight, Paperclip, Pencil, Plus, Presentation, RefreshCw, RotateCcw, Search, Send, Settings, ShieldCheck,
  Ship, ShoppingCart, Star, Trash2, TriangleAlert, Undo2, Upload, User, UserMinus, UserPlus, Users, WifiOff, X, type LucideIcon,
} from 'lucide-react'

const drawings = {
  add: Plus, alert: CircleAlert, archive: Archive, attachment: Paperclip, back: ArrowLeft, bell: Bell, box: Box, briefcase: BriefcaseBusiness, building: Building2,
  calendar: Calendar, camera: Camera, cart: ShoppingCart, chart: ChartColumn, check: Check, clock: Clock, close: X, columns: Columns3,
  comment: MessageSquare, copy: Copy, delete: Trash2, document: FileText, done: CircleCheck, dot: CircleDot, down: ChevronDown,
  download: Download, edit: Pencil, error: CircleX, external: ExternalLink, file: File, film: Film, filter: ListFilter, globe: Globe, help: CircleHelp,
  history: History, home: Home, inbox: Inbox, info: Info, key: KeyRound, language: Languages, left: ChevronLeft, list: List,
  lock: Lock, mention: AtSign, menu: Menu, money: Coins, more: MoreHorizontal, network: Network, offline: WifiOff, panel: PanelLeft, panel_right: PanelRight,
  people: Users, person: User, person_add: UserPlus, person_leave: UserMinus, picture: Image, redo: RotateCcw, refresh: RefreshCw,
  right: ChevronRight, search: Search, send: Send, settings: Settings, shield: ShieldCheck, ship: Ship, slides: Presentation, sign_out: LogOut,
  sort_down: ArrowDown, sort_up: ArrowUp, spreadsheet: FileSpreadsheet, star: Star, undo: Undo2, upload: Upload, warning: TriangleAlert,
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
