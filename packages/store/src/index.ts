export { absentContext, absentStore, forgetfulMediaCache } from './absent-store.ts';
export { openStore } from './store.ts';
export type { Store, StoreSettings } from './store.ts';
export type { StoreContext } from './disk/store-context.ts';
export { byteLength } from './chunks/encoded-chunk.ts';
export type { StoredChunk } from './chunks/encoded-chunk.ts';
export { readVerified } from './chunks/chunk-packs.ts';
export type { Alarm } from './chunks/alarm.ts';
export type { GcReport } from './gc.ts';
export type { Finding, FsckReport } from './fsck.ts';
export { ledgerPath } from './ledger/ledger-entry.ts';
export type {
  ChunkSettings,
  LedgerChunk,
  LedgerEntry,
  LedgerSound,
  MixedSettings,
  NewLedgerEntry,
  TimelineSnapshot,
  WorkTimes,
} from './ledger/ledger-entry.ts';
export { currentEntry, emptyLedger, readLedger, readLedgerFile } from './ledger/ledger.ts';
export type { Ledger } from './ledger/ledger.ts';
export { appendEntry, recordTrust } from './ledger/ledger-append.ts';
export { entryAt, historyOf } from './ledger/revision.ts';
export { trustOf } from './ledger/trust.ts';
export type { Trust } from './ledger/trust.ts';
export { deliverableChunks, deliverableSound, planRestore } from './deliverable-chunks.ts';
export type { LostChunk, RestorePlan } from './deliverable-chunks.ts';
export { keepReplaced } from './keep-replaced.ts';
export type { KeptReport } from './keep-replaced.ts';
export { lockDeliverable } from './deliverable-lock.ts';
export type { HeldLock, LockContext } from './disk/lock-file.ts';
export { openMediaCache } from './media-cache.ts';
export type { HashFile, MediaCache } from './media-cache.ts';
export { nodeProcesses } from './disk/node-processes.ts';
export { processFromToken, tokenOf } from './disk/process-port.ts';
export type { ProcessId, ProcessPort } from './disk/process-port.ts';
