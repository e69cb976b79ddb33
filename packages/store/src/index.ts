export { absentContext, absentStore, forgetfulMediaCache } from './absent-store.ts';
export { openStore } from './store.ts';
export type { Store, StoreSettings } from './store.ts';
export type { StoreContext } from './store-context.ts';
export { byteLength } from './encoded-chunk.ts';
export type { StoredChunk } from './encoded-chunk.ts';
export { readVerified } from './chunk-packs.ts';
export type { Alarm } from './alarm.ts';
export type { GcReport } from './gc.ts';
export type { Finding, FsckReport } from './fsck.ts';
export { ledgerPath } from './ledger-entry.ts';
export type {
  ChunkSettings,
  LedgerChunk,
  LedgerEntry,
  LedgerSound,
  MixedSettings,
  NewLedgerEntry,
  TimelineSnapshot,
  WorkTimes,
} from './ledger-entry.ts';
export { currentEntry, emptyLedger, readLedger, readLedgerFile } from './ledger.ts';
export type { Ledger } from './ledger.ts';
export { appendEntry, recordTrust } from './ledger-append.ts';
export { entryAt, historyOf } from './revision.ts';
export { trustOf } from './trust.ts';
export type { Trust } from './trust.ts';
export { deliverableChunks, deliverableSound, planRestore } from './deliverable-chunks.ts';
export type { LostChunk, RestorePlan } from './deliverable-chunks.ts';
export { keepReplaced } from './keep-replaced.ts';
export type { KeptReport } from './keep-replaced.ts';
export { lockDeliverable } from './deliverable-lock.ts';
export type { HeldLock, LockContext } from './lock-file.ts';
export { openMediaCache } from './media-cache.ts';
export type { HashFile, MediaCache } from './media-cache.ts';
export { nodeProcesses } from './node-processes.ts';
export { processFromToken, tokenOf } from './process-port.ts';
export type { ProcessId, ProcessPort } from './process-port.ts';
