import type { Notice } from "@pensieve/models"

/** Collects notices, one a code: the first with its place, and how often the same happened again. */
export class NoticeList {
  readonly #seen = new Map<string, { readonly notice: Notice; times: number }>()

  add(code: string, message: string, field?: string): void {
    const known = this.#seen.get(code)
    if (known === undefined)
      this.#seen.set(code, { notice: { code, message, ...(field === undefined ? {} : { field }) }, times: 1 })
    else known.times += 1
  }

  all(): ReadonlyArray<Notice> {
    return [...this.#seen.values()].map(({ notice, times }) =>
      times === 1 ? notice : { ...notice, message: `${notice.message} (${times} times)` }
    )
  }
}
