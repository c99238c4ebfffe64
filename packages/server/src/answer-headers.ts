import type { Notice } from "@pensieve/models"

/** What a header may hold: printable ASCII. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?")

/** Says where a request went, and why. */
export const routeHeader = (route: string): Record<string, string> => ({ "x-pensieve-route": headerText(route) })

/** The codes of the notices, each once. */
export const noticeHeader = (notices: ReadonlyArray<Notice>): Record<string, string> =>
  notices.length === 0 ? {} : { "x-pensieve-notices": [...new Set(notices.map((notice) => notice.code))].join(",") }
