import { Dropdown } from 'antd'
import { useRef, useState, type ReactElement, type ReactNode } from 'react'
import { Icon, type IconName } from './icon'

export interface MenuEntry {
  key: string
  label: ReactNode
  icon?: IconName
  danger?: boolean
  disabled?: boolean
  onSelect?: () => void
  /** A line above. */
  divided?: boolean
  heading?: boolean
}

interface MenuButtonProps {
  /** Where there are hundreds of menus, what stands in them is worked out when one is opened. */
  entries: MenuEntry[] | (() => MenuEntry[])
  children: ReactElement
  placement?: 'bottomLeft' | 'bottomRight' | 'topLeft' | 'topRight'
}

/** A long menu scrolls: it must fit above or below what opens it. */
const tall = { maxHeight: 'min(45vh, 420px)', overflowY: 'auto' } as const

/** A button that opens a menu; arrows, Home, End and letters work by the kit. */
export function MenuButton({ entries, children, placement = 'bottomRight' }: MenuButtonProps) {
  const opener = useRef<Element | null>(null)
  const [opened, setOpened] = useState<MenuEntry[]>([])
  /** The focus goes back to where the menu was opened, unless what was chosen has taken it elsewhere; the kit leaves it in what is gone. */
  const select = (entry: MenuEntry) => {
    entry.onSelect?.()
    setTimeout(() => {
      if (document.activeElement?.closest('[role="menu"]') && opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true })
    })
  }
  const items = (typeof entries === 'function' ? opened : entries).flatMap((entry) => [
    ...(entry.divided ? [{ type: 'divider' as const, key: `${entry.key}-line` }] : []),
    entry.heading
      ? { type: 'group' as const, key: entry.key, label: entry.label }
      : {
          key: entry.key, label: entry.label, danger: entry.danger ?? false, disabled: entry.disabled ?? false,
          icon: entry.icon ? <Icon name={entry.icon} size={15} /> : undefined, onClick: () => select(entry),
        },
  ])
  const open = (is: boolean) => {
    if (!is) return
    opener.current = document.activeElement
    if (typeof entries === 'function') setOpened(entries())
  }
  return <Dropdown menu={{ items, style: tall }} onOpenChange={open} trigger={['click']} placement={placement} autoFocus>{children}</Dropdown>
}
