import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Json } from '@patchwork/kernel';
import { makeRange } from '@patchwork/timeline';
import { compare, fps24, must, storyClips, timeline } from '../test/fixture.ts';
import { changesJson } from './changes/changes-json.ts';

const page = readFileSync(new URL('../../../docs/reference/diff-json.md', import.meta.url), 'utf8');

/** Names in the first column of the table under a heading. */
function fieldsUnder(heading: string): string[] {
  const section = page.split(/^(?=# |## )/m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

function object(value: Json | undefined): { readonly [key: string]: Json } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object');
  return value as { readonly [key: string]: Json };
}

test('J1: the page names every field of the document, and no other', () => {
  const clips = storyClips();
  const slipped = clips.with(5, { ...must(clips[5]), sourceRange: makeRange(72, 96, fps24) });
  const document = object(changesJson(compare(timeline([clips]), timeline([slipped]))));
  const [change] = document['changes'] as readonly Json[];
  // The command adds the steps as a patch for other timelines.
  const fields = [...Object.keys(document), 'patch'];
  expect(fieldsUnder('# `patchwork.diff/1`').toSorted()).toEqual(fields.toSorted());
  expect(fieldsUnder('## A side').toSorted()).toEqual(Object.keys(object(document['old'])).toSorted());
  expect(fieldsUnder('## A change').toSorted()).toEqual(Object.keys(object(change)).toSorted());
  expect(fieldsUnder('## A place').toSorted()).toEqual(Object.keys(object(object(change)['old'])).toSorted());
});

test('J1: the page lists every kind of change once', () => {
  const source = readFileSync(new URL('./changes/change.ts', import.meta.url), 'utf8');
  const union = /export type ChangeKind =([^;]*);/.exec(source)?.[1] ?? '';
  const kinds = [...union.matchAll(/'([^']+)'/g)].map(([, kind]) => kind);
  expect(fieldsUnder('## Kinds').toSorted()).toEqual(kinds.toSorted());
});
