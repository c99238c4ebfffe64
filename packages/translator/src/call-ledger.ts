import type { BackendFailed } from "@pensieve/errors"
import type { ToolCall } from "@pensieve/models"
import { Result } from "effect"
import { type CallOptions, finishCalls, isWhole, type WrittenCall } from "./finish-calls.ts"

/** The calls of an answer that is still being read. */
export interface CallLedger {
  readonly options: CallOptions
  /** Ids that are given away, those of the conversation included. */
  readonly taken: ReadonlySet<string>
  /** Calls told so far. */
  readonly told: number
  /** Calls that ended while it is not known whether their input is whole, in their order. */
  readonly held: ReadonlyArray<WrittenCall>
}

/** The next state and the calls that can be told, or why the answer fails. */
export type LedgerStep = Result.Result<readonly [CallLedger, ReadonlyArray<ToolCall>], BackendFailed>

export const initialLedger = (options: CallOptions): CallLedger => ({
  options,
  taken: new Set(options.callIds),
  told: 0,
  held: []
})

const tell = (ledger: CallLedger, written: ReadonlyArray<WrittenCall>, cutOff: boolean): LedgerStep =>
  Result.map(finishCalls(written, ledger.options, cutOff, ledger.taken, ledger.told), (calls) => [
    {
      ...ledger,
      taken: new Set([...ledger.taken, ...calls.map((call) => call.id)]),
      told: ledger.told + calls.length,
      held: []
    },
    calls
  ])

/** A call that is written: told if it is whole, else held until it is known why the answer ended. */
export const addCall = (ledger: CallLedger, call: WrittenCall): LedgerStep =>
  ledger.held.length === 0 && isWhole(call)
    ? tell(ledger, [call], false)
    : Result.succeed([{ ...ledger, held: [...ledger.held, call] }, []])

/** Something follows the calls: those without input are whole, since nothing cut them off. */
export const followCalls = (ledger: CallLedger): LedgerStep =>
  ledger.held.length > 0 && ledger.held.every((call) => call.json === "")
    ? tell(ledger, ledger.held, false)
    : Result.succeed([ledger, []])

/** The answer has ended. Where a limit cut it off, a call that is not whole is left out. */
export const endCalls = (ledger: CallLedger, cutOff: boolean): LedgerStep => tell(ledger, ledger.held, cutOff)
