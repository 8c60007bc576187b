/** The kit underneath, dressed in our colours; its default theme is too pale for WCAG AA. */
import { ConfigProvider, message } from 'antd'
import type { Locale } from 'antd/es/locale'
import type { ReactNode } from 'react'
import { ConfirmDialog } from './confirm-dialog'
import { Messages } from './toast'
import { phone, useMedia } from './use-media'

const theme = {
  token: {
    colorPrimary: '#0d7480',
    colorPrimaryHover: '#0a626d',
    colorPrimaryActive: '#08525c',
    colorPrimaryTextHover: '#0a626d',
    colorErrorHover: '#a5281f',
    colorLink: '#0a626d',
    colorLinkHover: '#08525c',
    colorText: '#14263a',
    colorTextSecondary: '#46586b',
    colorTextTertiary: '#5f6f80',
    colorTextQuaternary: '#6b7a8a',
    colorTextPlaceholder: '#667586',
    colorTextDescription: '#56677a',
    colorTextDisabled: '#667586',
    colorBgContainerDisabled: '#f1f3f4',
    colorIcon: '#56677a',
    colorBorder: '#c3ccd4',
    colorBorderSecondary: '#dde2e6',
    colorSplit: '#e6eaed',
    colorBgLayout: '#f4f5f3',
    colorError: '#b3312a',
    colorErrorText: '#a5281f',
    colorWarning: '#b57a12',
    colorSuccess: '#2a7a49',
    colorInfo: '#0d7480',
    colorBgMask: 'rgba(9, 26, 43, 0.5)',
    borderRadius: 6,
    borderRadiusLG: 10,
    controlHeight: 32,
    fontSize: 14,
    fontFamily: 'var(--font)',
    motionDurationMid: '0.12s',
    motionDurationSlow: '0.18s',
    boxShadowSecondary: '0 6px 24px rgba(13,33,54,.14), 0 1px 3px rgba(13,33,54,.10)',
  },
  components: {
    Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500, contentFontWeight: 500 },
    Modal: { titleFontSize: 16 },
    Select: { optionSelectedBg: '#eaf5f5', optionSelectedFontWeight: 500, optionActiveBg: '#f2f5f6' },
    Tooltip: { colorBgSpotlight: '#142d47' },
  },
} as const

/** What a thumb hits. */
const handy = { ...theme, token: { ...theme.token, controlHeight: 44, controlHeightSM: 36 } }

/** The kit speaks English by itself; `words` are its texts in another language. */
export function Theme({ words, children }: { words?: Locale | undefined; children: ReactNode }) {
  const small = useMedia(phone)
  return (
    <ConfigProvider
      theme={small ? handy : theme}
      {...(words ? { locale: words } : {})}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      <Words>{children}</Words>
    </ConfigProvider>
  )
}

/** Short words and questions stand above everything. */
function Words({ children }: { children: ReactNode }) {
  const [messages, holder] = message.useMessage({ maxCount: 3, duration: 4 })
  return (
    <Messages value={messages}>
      {holder}
      {children}
      <ConfirmDialog />
    </Messages>
  )
}
