// The comparison on 20,000 clips: processor time, and clips that were taken for another one. Budget: 1 % edits
// under 1 s. Two uses of the same frames of one file are the same to every eye and count as right.
// Random edit sequences are in the package's tests: PW_RUNS=10000 npx vitest run packages/diff/src/script.test.ts
import { diffTimelines } from '@patchwork/diff';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeGap,
  makeRange,
  makeTime,
  makeTimeline,
  makeTrack,
} from '@patchwork/timeline';

const rate = rational(24);

/** A generator with a seed: the same edits on every machine. */
function randomFrom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function shot(media, start, length) {
  return makeClip({
    name: media,
    sourceRange: makeRange(start, length, rate),
    media: makeExternalReference({ targetUrl: `file:///media/${media}.mov`, availableRange: makeRange(0, 400, rate) }),
  });
}

function reel(count, files, seed) {
  const next = randomFrom(seed);
  return Array.from({ length: count }, () => shot(`f${next(files)}`, next(300), 12 + next(80)));
}

/** Every shot keeps its id, which the comparison does not read: so mistakes can be counted. */
function edited(clips, share, seed) {
  const next = randomFrom(seed);
  const result = [...clips];
  for (let edits = Math.max(1, Math.round(clips.length * share)); edits > 0; edits -= 1) {
    const at = next(result.length);
    const one = result[at];
    const { start, duration } = one.sourceRange;
    const trimmed = (head, length) => ({
      ...one,
      sourceRange: makeRange(start.value.num + head, Math.max(4, duration.value.num + length), rate),
    });
    switch (next(6)) {
      case 0:
        result[at] = trimmed(0, -(1 + next(6)));
        break;
      case 1:
        result[at] = trimmed(1 + next(6), -3);
        break;
      case 2:
        result[at] = trimmed(3 + next(6), 0);
        break;
      case 3:
        result.splice(at, 1);
        break;
      case 4:
        result.splice(at, 0, shot('new', next(200), 20 + next(30)));
        break;
      default:
        result.splice(next(result.length), 0, ...result.splice(at, 1 + next(3)));
    }
  }
  return result;
}

function onTracks(...tracks) {
  return makeTimeline({ name: 'bench', tracks: tracks.map((children) => makeTrack({ children })) });
}

function replaced(clips, share, seed) {
  const next = randomFrom(seed);
  return clips.map((one, at) => {
    if (next(1000) >= share * 1000) return one;
    const { start, duration } = one.sourceRange;
    return { ...shot(`other${at}`, start.value.num, duration.value.num), id: one.id };
  });
}

function versioned(clips, version) {
  return clips.map((one, at) => {
    const { start, duration } = one.sourceRange;
    const name = `sh${String(at).padStart(5, '0')}_comp_v${version}`;
    return { ...shot(name, start.value.num, duration.value.num), id: one.id };
  });
}

/** Blocks of clips lifted to other tracks: gaps stay behind, and gaps hold them in place there. */
function movedUp(tracks, blocks, seed) {
  const next = randomFrom(seed);
  const result = tracks.map((track) => [...track]);
  for (let block = 0; block < blocks; block += 1) {
    const from = result[next(result.length)];
    const at = next(from.length - 4);
    const taken = from.slice(at, at + 3);
    const length = taken.reduce((sum, one) => sum + one.sourceRange.duration.value.num, 0);
    if (taken.some((one) => one.kind !== 'Clip')) continue;
    from.splice(at, 3, makeGap(makeTime(length, rate)));
    result[next(result.length)].push(...taken);
  }
  return result;
}

/** Old clips that were taken for another new one, and such as are on both sides and were not found. */
function mistakes(old, next, { sides }) {
  const played = new Map();
  const here = new Map();
  for (const track of [...old.tracks.children, ...next.tracks.children])
    for (const one of track.children)
      if (one.kind === 'Clip')
        played.set(one.id, `${one.mediaReferences[0][1].targetUrl} ${one.sourceRange.start.value.num}`);
  for (const { label, items } of sides.new.tracks)
    for (const { id, record } of items) here.set(`${label} ${record.in}`, id);
  const ids = new Set(here.values());
  let wrong = 0;
  let missed = 0;
  for (const { items } of sides.old.tracks) {
    for (const { id, other } of items) {
      if (other === null) missed += ids.has(id) ? 1 : 0;
      else {
        const found = here.get(`${other.track} ${other.record.in}`);
        if (found !== id && played.get(found) !== played.get(id)) wrong += 1;
      }
    }
  }
  return { wrong, missed };
}

function measure(name, old, next, budgetMs) {
  const times = [];
  let changes;
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    const start = process.cpuUsage();
    changes = diffTimelines({ old, new: next, oldProgram: null, newProgram: null, rate });
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const [best] = times.toSorted((a, b) => a - b);
  // Nothing of a rewritten reel is the same shot: there is no right match to miss.
  const { wrong, missed } = name.includes('rewritten') ? { wrong: '–', missed: '–' } : mistakes(old, next, changes);
  const budget = budgetMs === undefined ? '' : `≤ ${budgetMs} ms`;
  console.log(
    `${name.padEnd(46)} ${best.toFixed(0).padStart(6)} ms  ${String(changes.changes.length).padStart(6)} changes  ${String(wrong).padStart(5)} wrong  ${String(missed).padStart(5)} missed  ${changes.scriptProof.padEnd(15)} ${budget}`,
  );
}

console.log(`processor time, the best of three, Node ${process.version}`);
const film = reel(20_000, 3000, 5);
const repeats = reel(20_000, 12, 7).map((one, at) => ({ ...shot(one.name, 24 * (at % 5), 24), id: one.id }));
const tracks = [reel(7000, 1500, 11), reel(7000, 1500, 12), reel(6000, 1500, 13)];
measure('20,000 clips, the same twice', onTracks(film), onTracks(film), 1000);
measure('20,000 clips, 1 % edits', onTracks(film), onTracks(edited(film, 0.01, 6)), 1000);
measure('20,000 clips, 10 % edits', onTracks(film), onTracks(edited(film, 0.1, 6)));
measure('20,000 clips of 12 files, repeats, 1 % edits', onTracks(repeats), onTracks(edited(repeats, 0.01, 8)));
measure('20,000 clips, media of 5 % replaced', onTracks(film), onTracks(replaced(film, 0.05, 9)));
measure('20,000 clips, all another version', onTracks(versioned(film, '001')), onTracks(versioned(film, '002')));
measure('3 tracks of 20,000, 60 blocks moved', onTracks(...tracks), onTracks(...movedUp(tracks, 60, 14)));
measure('5,000 clips, wholly rewritten', onTracks(reel(5000, 3000, 7)), onTracks(reel(5000, 3000, 8)));
measure('20,000 clips, wholly rewritten', onTracks(reel(20_000, 3000, 7)), onTracks(reel(20_000, 3000, 8)));
measure(
  '1,800 clips, 25 edits, with script',
  onTracks(film.slice(0, 1800)),
  onTracks(edited(film.slice(0, 1800), 25 / 1800, 3)),
);
