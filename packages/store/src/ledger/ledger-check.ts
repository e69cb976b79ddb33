import { isDigest, type Json } from '@patchwork/kernel';
import { isFields, isListOf, isText, isWhole, type Fields } from '../disk/json-fields.ts';
import type { EntryRecord } from './ledger-record.ts';

/*
 * A line with the right digest may still come from another program, or from somebody hostile. What is read here is
 * checked once, at the edge; what these functions accept is used without another look.
 */

/** Tells whether a record is an entry in all that this package itself relies on. */
export function isEntryRecord(value: Json): boolean {
  if (!isFields(value)) return false;
  const { parent, timeline, media, epochs, range, counts, picture, sound } = value;
  return (
    (parent === null || isText(parent, isDigest)) &&
    isWhole(value['timeMs']) &&
    isWhole(value['fileSize']) &&
    isText(value['moovDigest'], isDigest) &&
    (value['fileSha256'] === null || isText(value['fileSha256'], isDigest)) &&
    isListOf(value['parts'], () => true) &&
    isFields(value['profile']) &&
    isFields(value['toolchain']) &&
    (value['keySchema'] === undefined || isText(value['keySchema'])) &&
    (value['mixed'] === undefined || isMixed(value['mixed'])) &&
    isFields(timeline) &&
    isText(timeline['name']) &&
    isText(timeline['format']) &&
    isText(timeline['text'], isDigest) &&
    (value['timelineName'] === null || isText(value['timelineName'])) &&
    isListOf(media, (part) => isText(part, isDigest)) &&
    isListOf(epochs, (epoch) => isFields(epoch) && isRange(epoch['range']) && isWhole(epoch['number'])) &&
    (range === null || isRange(range)) &&
    isText(value['renderer']) &&
    isFields(counts) &&
    isWhole(counts['rendered']) &&
    isWhole(counts['reused']) &&
    (value['took'] === undefined || isTook(value['took'])) &&
    isFields(value['fresh']) &&
    isPlaced(picture) &&
    (sound === null || isSound(sound))
  );
}

/** Narrows what {@link isEntryRecord} accepted. */
export function entryRecordFrom(value: Json): EntryRecord | null {
  return isEntryRecord(value) ? (value as unknown as EntryRecord) : null;
}

function isPlaced(value: Json | undefined): value is Fields {
  return isFields(value) && isListOf(value['order'], isWhole) && isListOf(value['gaps'], isWhole);
}

function isSound(value: Json | undefined): boolean {
  return (
    isPlaced(value) &&
    isText(value['key'], isDigest) &&
    isText(value['digest'], isDigest) &&
    isText(value['config']) &&
    isWhole(value['samplesPerPacket']) &&
    isWhole(value['priming']) &&
    isWhole(value['samples'])
  );
}

function isTook(value: Json | undefined): boolean {
  if (!isFields(value) || typeof value['withSound'] !== 'boolean') return false;
  return isWhole(value['renderMs']) && isWhole(value['restMs']) && isWhole(value['workers']);
}

function isMixed(value: Json | undefined): boolean {
  return (
    isFields(value) &&
    isListOf(value['of'], isWhole) &&
    isListOf(
      value['settings'],
      (each) => isFields(each) && isFields(each['video']) && isFields(each['toolchain']) && isText(each['config']),
    )
  );
}

function isRange(value: Json | undefined): boolean {
  return isFields(value) && isWhole(value['in']) && isWhole(value['out']);
}
