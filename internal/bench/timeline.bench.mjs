// The timeline library on 20,000 clips: reading and writing against JSON.parse and JSON.stringify, lookups, edits.
// Budgets: read + index + write within 3 times the engine's own, 1 M lookups a second, 10,000 edits in 2 s,
// all in processor time.
import {
  applyEvents,
  makeClip,
  makeExternalReference,
  makeRange,
  makeTime,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  planEdit,
  readOtio,
  TimelineIndex,
  TrackIndex,
  tracksOf,
  writeOtio,
} from '@patchwork/timeline';
import { rational } from '@patchwork/time';

const clipCount = 20_000;
const rate = rational(24);

/** A generator with a seed: the same edits on every machine. */
function randomFrom(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function bigTimeline() {
  const clips = Array.from({ length: clipCount }, (_, at) =>
    makeClip({
      name: `clip ${at}`,
      sourceRange: makeRange(86_400 + (at % 100), 48 + (at % 50), rate),
      media: makeExternalReference({
        targetUrl: `file:///media/shot_${at % 997}.mov`,
        availableRange: makeRange(86_300, 500, rate),
      }),
      effects: at % 4 === 0 ? [makeTimeWarp(1)] : [],
    }),
  );
  return makeTimeline({ name: 'big', tracks: [makeTrack({ name: 'V1', children: clips })] });
}

/** The median of what a piece of work costs, in milliseconds of processor time: other work on the machine does not count. */
function time(run, times = 7) {
  const durations = [];
  for (let turn = 0; turn < times; turn += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    durations.push((user + system) / 1000);
  }
  return durations.toSorted((a, b) => a - b)[Math.floor(times / 2)];
}

function heapOf(make) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const kept = make();
  globalThis.gc?.();
  const bytes = process.memoryUsage().heapUsed - before;
  return { bytes, kept };
}

const results = [];
function report(name, value, unit, budget) {
  results.push({ name, value: Number(value.toPrecision(4)), unit, budget });
  console.log(`${name.padEnd(58)} ${value.toPrecision(4).padStart(10)} ${unit.padEnd(12)} ${budget ?? ''}`);
}

const text = writeOtio(bigTimeline(), { style: 'canonical' });
console.log(`${clipCount} clips, ${(text.length / 1e6).toFixed(1)} MB of .otio, Node ${process.version}`);

const engine = time(() => JSON.stringify(JSON.parse(text), null, 4));
const readIndexWrite = time(() => {
  const { root, timelines } = readOtio(text);
  TrackIndex.of(tracksOf(timelines[0])[0]);
  if (writeOtio(root, { style: 'lossless' }).length !== text.length)
    throw new TypeError('lossless writer lost something');
});
const canonical = time(() => writeOtio(readOtio(text).root, { style: 'canonical' }), 5);
report('JSON.parse + JSON.stringify', engine, 'ms');
report('read + index + lossless write', readIndexWrite, 'ms');
report('  … relative to the engine', readIndexWrite / engine, 'times', '≤ 3');
report('read + canonical write', canonical, 'ms');
report('  … relative to the engine', canonical / engine, 'times');

if (globalThis.gc !== undefined) {
  const plain = heapOf(() => JSON.parse(text));
  const own = heapOf(() => readOtio(text));
  report('memory of the model relative to JSON.parse', own.bytes / plain.bytes, 'times', '≤ 4');
}

const [timeline] = readOtio(text).timelines;
const [track] = tracksOf(timeline);
const index = TrackIndex.of(track);
const random = randomFrom(1);
const frames = Math.floor((index.length.num / index.length.den) * 24);
const places = Array.from({ length: 1_000_000 }, () => random(frames));
const lookups = time(() => {
  let sum = 0;
  for (const place of places) sum += index.indexAtFrame(place, rate);
  if (sum < 0) throw new TypeError('never');
}, 5);
report('child at time', 1000 / lookups, 'M per s', '≥ 1');
const indexes = Array.from({ length: 1_000_000 }, () => random(clipCount));
const ranges = time(() => {
  let sum = 0;
  for (const at of indexes) sum += index.startOf(at).num;
  if (sum < 0) throw new TypeError('never');
}, 5);
report('range in parent', 1000 / ranges, 'M per s', '≥ 1');

function randomEdit(current) {
  const [lane] = tracksOf(current);
  const held = TrackIndex.of(lane);
  const item = held.child(random(held.count));
  const delta = makeTime(random(40) - 20, rate);
  const place = makeTime(random(frames), rate);
  const fresh = () => makeClip({ name: 'new', sourceRange: makeRange(0, 1 + random(40), rate) });
  switch (random(10)) {
    case 0:
      return { op: 'overwrite', item: fresh(), track: lane.id, at: place };
    case 1:
      return { op: 'insert', item: fresh(), track: lane.id, at: place };
    case 2:
      return { op: 'slice', target: lane.id, at: place };
    case 3:
      return { op: 'slip', item: item.id, delta };
    case 4:
      return { op: 'slide', item: item.id, delta };
    case 5:
      return { op: 'ripple', item: item.id, deltaOut: delta };
    case 6:
      return { op: 'roll', item: item.id, deltaIn: delta };
    case 7:
      return { op: 'trim', item: item.id, deltaIn: delta };
    case 8:
      return { op: 'remove', item: item.id, fill: random(2) === 0 };
    default:
      return { op: 'move', item: item.id, at: place };
  }
}

let current = timeline;
const events = [];
const edits = time(() => {
  for (let turn = 0; turn < 10_000; turn += 1) {
    const plan = planEdit(current, randomEdit(current));
    current = plan.after;
    events.push(plan.events);
  }
}, 1);
report('10,000 random edits', edits, 'ms', '≤ 2000');
const old = new Set(track.children);
const shared = tracksOf(current)[0].children.filter((child) => old.has(child)).length;
report('clips shared with the first snapshot', shared, 'of 20,000');
const places2 = time(
  () =>
    tracksOf(current)[0]
      .children.slice(0, 2000)
      .forEach((child) => TimelineIndex.of(current).placeOf(child.id)),
  3,
);
report('parent of a node, after all edits', 2 / places2, 'M per s');
const replay = time(() => applyEvents(timeline, events.slice(0, 1000).flat()), 1);
report('1,000 edits replayed from events', replay, 'ms');
export default results;
