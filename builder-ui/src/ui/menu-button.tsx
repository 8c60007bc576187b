import { Dropdown } from 'antd'
import type { ReactElement, ReactNode } from 'react'
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
  entries: MenuEntry[]
  children: ReactElement
  placement?: 'bottomLeft' | 'bottomRight' | 'topLeft' | 'topRight'
}

/** A button that opens a menu; arrows, Home, End and letters work by the kit. */
export function MenuButton({ entries, children, placement = 'bottomRight' }: MenuButtonProps) {
  const items = entries.flatMap((entry) => [
    ...(entry.divided ? [{ type: 'divider' as const, key: `${entry.key}-line` }] : []),
    entry.heading
      ? { type: 'group' as const, key: entry.key, label: entry.label }
      : {
          key: entry.key, label: entry.label, danger: entry.danger ?? false, disabled: entry.disabled ?? false,
          icon: entry.icon ? <Icon name={entry.icon} size={15} /> : undefined, onClick: () => entry.onSelect?.(),
        },
  ])
  return <Dropdown menu={{ items }} trigger={['click']} placement={placement} autoFocus>{children}</Dropdown>
}
