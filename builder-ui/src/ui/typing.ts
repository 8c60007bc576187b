/** Whether a key belongs to what has the focus: letters typed into a field or a grid are no commands of the page. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="grid"], [role="spinbutton"], [role="combobox"]') !== null)
}

/** Whether it belongs to something that floats above the page. */
export const isFloating = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[role="dialog"], [role="alertdialog"], [role="tooltip"], [role="menu"], [role="listbox"]') !== null
