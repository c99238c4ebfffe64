import type { BackendError } from "@pensieve/errors"
import type { Backend } from "../backend.ts"
import { afterFailure, type Breaker, breakerState, closedBreaker } from "./breaker.ts"
import type { ReplicaState } from "./choose-replica.ts"
import { afterProbe, type Health, unprobed } from "./health.ts"
import { type HealthBoard, ownBoard } from "./health-board.ts"
import { isAbsence, isBackendsFault, restSeconds } from "./judge-failure.ts"

/** One backend, with what the pool must know of it. */
export interface PoolMember {
  readonly name: string
  readonly backend: Backend["Service"]
  /** It runs on this machine; so does every one that does not say. */
  readonly local?: boolean
  /** Requests it can work on at the same time; without it, as many as come. */
  readonly slots?: number
  /** Its part of the load, compared with others; 1 unless told otherwise. */
  readonly weight?: number
}

/** A member, and how it is. Its methods take the time, in milliseconds. */
export class Member {
  readonly name: string
  readonly backend: Backend["Service"]
  readonly local: boolean
  #board: HealthBoard
  #weight: number
  #slots: number
  #load = 0
  #health: Health = unprobed
  #breaker: Breaker = closedBreaker
  #restUntil = 0
  #trying = false

  constructor(
    { name, backend, local = true, slots = Number.POSITIVE_INFINITY, weight = 1 }: PoolMember,
    board: HealthBoard = ownBoard
  ) {
    this.#board = board
    this.name = name
    this.backend = backend
    this.local = local
    this.#slots = slots
    this.#weight = weight
  }

  /** Takes in what the configuration now says of the same backend. */
  change({ slots = Number.POSITIVE_INFINITY, weight = 1 }: PoolMember, board: HealthBoard): void {
    this.#board = board
    this.#slots = slots
    this.#weight = weight
  }

  /** Whether anybody may ever have to wait for it. */
  get bounded(): boolean {
    return Number.isFinite(this.#slots)
  }

  state(now: number): ReplicaState & { readonly member: Member } {
    return {
      member: this,
      name: this.name,
      usable: this.usable(now),
      load: this.#load,
      slots: this.#slots,
      weight: this.#weight
    }
  }

  /** As far as probes tell. */
  get healthy(): boolean {
    return this.#health.healthy
  }

  usable(now: number): boolean {
    if (!this.#health.healthy || now < this.#restUntil || this.#board.rest(this.name) > 0) return false
    const state = breakerState(this.#breaker, now)
    return state === "closed" || (state === "trial" && !this.#trying)
  }

  /** A request takes a slot. */
  begin(now: number): void {
    this.#load++
    if (breakerState(this.#breaker, now) === "trial") this.#trying = true
  }

  /** It gives the slot back. */
  end(): void {
    this.#load--
  }

  succeed(): void {
    this.#board.tell(this.name, 0)
    this.#breaker = closedBreaker
    this.#trying = false
    this.#restUntil = 0
  }

  /** @param request what tells the request from others */
  fail(error: BackendError, request: string, now: number): void {
    this.#trying = false
    this.#restUntil = now + restSeconds(error) * 1000
    // Whoever refuses a request is there.
    this.#breaker = isBackendsFault(error)
      ? afterFailure(this.#breaker, { request, gone: isAbsence(error) }, now)
      : closedBreaker
    const restMs = Math.max(this.#restUntil, this.#breaker.openUntil ?? 0) - now
    if (restMs > 0) this.#board.tell(this.name, restMs)
  }

  /** The request ended without telling anything of the backend: its client went away. */
  abandon(): void {
    this.#trying = false
  }

  probed(ready: boolean): void {
    this.#health = afterProbe(this.#health, ready)
  }
}
