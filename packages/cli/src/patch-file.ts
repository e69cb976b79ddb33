import { PatchworkError, type Json } from '@patchwork/kernel';
import { inverseScript, type ScriptStep } from '@patchwork/diff';

/** The way of a patch. */
export type PatchWay = 'apply' | 'revert';

/** A patch as read from a file. */
export interface PatchFile {
  readonly steps: readonly ScriptStep[];
  /** What the file tells and its steps do not say, where the script was proved in part. */
  readonly notSaid: readonly string[];
}

interface Plain {
  readonly [key: string]: Json;
}

/** Kinds of changes that steps say. */
const placeKinds: ReadonlySet<string> = new Set(
  'insert overwrite delete lift replace version move shift gap ripple-trim trim roll slip slide split join'.split(' '),
);

/**
 * Reads a patch: the document of `patchwork diff --json`, or a list of steps as `edit --script` takes it. `partial` takes a document
 * whose script says the places alone.
 *
 * @throws PW_EDIT_SCRIPT, PW_APPLY_NONE, PW_APPLY_PARTIAL, PW_APPLY_REVERT
 */
export function patchFrom(text: string, way: PatchWay, partial: boolean): PatchFile {
  const value = parsed(text);
  if (isPlain(value) && value['schema'] === 'patchwork.diff/1') return fromDiff(value, way, partial);
  if (isPlain(value) && value['op'] === undefined && value['script'] === undefined)
    throw new PatchworkError('PW_EDIT_SCRIPT', 'the file holds no edit script', {
      hint: 'Give the document of patchwork diff OLD NEW --json, or a list of steps.',
      details: { keys: Object.keys(value).slice(0, 20) },
    });
  const steps = stepsIn(isPlain(value) && value['op'] === undefined ? value['script'] : value);
  return { steps: way === 'apply' ? steps : inverseScript(steps), notSaid: [] };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new PatchworkError(
      'PW_EDIT_SCRIPT',
      `the edit script is no JSON: ${cause instanceof Error ? cause.message : ''}`,
      {
        cause,
        hint: 'Give the document of patchwork diff OLD NEW --json, or a list of steps.',
      },
    );
  }
}

function fromDiff(document: Plain, way: PatchWay, partial: boolean): PatchFile {
  const patch = isPlain(document['patch']) ? document['patch'] : {};
  const steps = stepsIn(way === 'apply' ? (patch['steps'] ?? document['script']) : (patch['inverse'] ?? []));
  const proof = way === 'apply' ? document['scriptProof'] : patch['inverseProof'];
  const changes = Array.isArray(document['changes']) ? (document['changes'] as readonly Json[]).filter(isPlain) : [];
  if (changes.length === 0) return { steps: [], notSaid: [] };
  const said = proof === 'replayed' || (proof === 'replayed-places' && partial);
  if (said && steps.length > 0) {
    const isSaid = ({ kind }: Plain): boolean => proof === 'replayed' || isPlaceKind(kind);
    return { steps, notSaid: changes.filter((change) => !isSaid(change)).map(changeText) };
  }
  if (proof === 'replayed-places') {
    throw new PatchworkError(
      'PW_APPLY_PARTIAL',
      'the steps of this comparison say where clips stand, and not all that it tells',
      {
        hint: 'With both timelines at hand, patchwork merge OLD THIS NEW takes everything. --partial takes the places alone.',
        details: { notSaid: changes.filter(({ kind }) => !isPlaceKind(kind)).map(changeText) },
      },
    );
  }
  throw new PatchworkError(
    'PW_APPLY_NONE',
    `this comparison holds no steps that ${way === 'apply' ? 'make' : 'take back'} its changes`,
    {
      hint: 'A diff made with --only holds none. With both timelines at hand, patchwork merge OLD THIS NEW merges them as wholes.',
      details: { proof: proof ?? null, changes: changes.length },
    },
  );
}

function isPlaceKind(kind: Json | undefined): boolean {
  return typeof kind === 'string' && placeKinds.has(kind);
}

function changeText({ clips, text }: Plain): string {
  const names = Array.isArray(clips) ? (clips as readonly Json[]).slice(0, 2).map(String) : [];
  return [...names, typeof text === 'string' ? text : ''].join(': ');
}

function stepsIn(value: Json | undefined): readonly ScriptStep[] {
  const steps = Array.isArray(value) ? (value as readonly Json[]) : value === undefined ? [] : [value];
  return steps.map((step, at) => {
    if (isPlain(step) && typeof step['op'] === 'string') return step as ScriptStep;
    throw new PatchworkError('PW_EDIT_SCRIPT', `step ${at + 1}: "op" should be a text`, {
      hint: 'Write a list of steps: [{"op":"ripple","item":"m06","out":-10}]',
      details: { step: at, key: 'op' },
    });
  });
}

function isPlain(value: Json | undefined): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
