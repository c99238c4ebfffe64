/** Conversations whose backend is remembered; the one that was silent for longest is forgotten first. */
const capacity = 8192

/** Which backend holds the prefix of a conversation. */
export class AffinityMap {
  readonly #places = new Map<string, string>()
  #count = 0

  get(key: string): string | undefined {
    const place = this.#places.get(key)
    if (place !== undefined) this.set(key, place)
    return place
  }

  set(key: string, place: string): void {
    this.#places.delete(key)
    this.#places.set(key, place)
    const [oldest] = this.#places.size > capacity ? this.#places.keys() : []
    if (oldest !== undefined) this.#places.delete(oldest)
  }

  /** A key for a request that belongs to no conversation, each time another. */
  next(): string {
    return `#${this.#count++}`
  }
}
