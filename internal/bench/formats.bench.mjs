// Reading timeline files: 840 KB of FCPXML within 150 ms, cost and memory that grow with the file up to 50 MB, in the
// other formats as well. Times are of the processor, each size in a process of its own. Then every reader is fed
// 100,000 damaged samples (`-- --runs N` for another number, 0 for none).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readTimelineFile, writeXmeml } from '@patchwork/formats';
import { writeOtio } from '@patchwork/timeline';

const child = process.argv[2] === 'measure';
if (child) measure(process.argv[3], Number(process.argv[4]));
else main();

function main() {
  const args = process.argv.slice(2);
  const at = args.indexOf('--runs');
  const runs = at < 0 ? 100_000 : Number(args[at + 1]);
  console.log(`Node ${process.version}`);
  const rows = [0.84, 1, 5, 10, 25, 50].map((megabytes) => inProcess('fcpxml', megabytes));
  const base = rows[2];
  for (const row of rows) {
    const growth = row.ms / row.megabytes / (base.ms / base.megabytes);
    print(row, `${growth.toFixed(2)} × the cost of a megabyte at 5 MB`);
  }
  const [small] = rows;
  console.log(
    `840 KB of FCPXML: ${small.ms.toFixed(0)} ms warm, ${small.coldMs.toFixed(0)} ms in a fresh process; budget 150 ms: ${small.ms < 150 ? 'kept' : 'MISSED'}`,
  );
  for (const format of ['xmeml', 'edl', 'otio'])
    for (const megabytes of [1, 10, 50]) print(inProcess(format, megabytes), '');
  if (runs > 0) fuzz(runs);
}

function print({ format, megabytes, ms, heap, clips }, note) {
  console.log(
    `${format.padEnd(7)} ${megabytes.toFixed(2).padStart(6)} MB ${String(clips).padStart(7)} clips ${ms.toFixed(0).padStart(7)} ms ${(ms / megabytes).toFixed(0).padStart(5)} ms/MB ${heap.toFixed(0).padStart(6)} MB at most ${(heap / megabytes).toFixed(0).padStart(4)} × the file  ${note}`,
  );
}

function inProcess(format, megabytes) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--max-old-space-size=4096', fileURLToPath(import.meta.url), 'measure', format, String(megabytes)],
    { encoding: 'utf8', maxBuffer: 1 << 24 },
  );
  if (status !== 0) throw new Error(`${format} ${megabytes} MB ended with ${status}: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout);
}

/** Reads a file of a size a few times over and prints the least processor time, and how large the process became. */
function measure(format, megabytes) {
  const file = { name: `bench.${format}`, bytes: documentOf(format, megabytes) };
  // The first turns compile: a long-running program and a bench read warm, a command reads cold. Nothing is collected by
  // force between them: that throws compiled code away with the shapes of dead objects, and what follows is half cold.
  const turns = megabytes > 5 ? 2 : megabytes > 1 ? 6 : 30;
  let ms = Infinity;
  let coldMs = 0;
  let clips = 0;
  for (let turn = 0; turn < turns; turn += 1) {
    const before = process.cpuUsage();
    const { timelines } = readTimelineFile(file);
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (turn === 0) coldMs = took;
    ms = Math.min(ms, took);
    clips = timelines[0].tracks.children.reduce(
      (sum, track) => sum + track.children.filter(({ kind }) => kind === 'Clip').length,
      0,
    );
  }
  const heap = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ format, megabytes, ms, coldMs, heap, clips }));
}

function documentOf(format, megabytes) {
  const bytes = Math.round(megabytes * 1e6);
  const text = format === 'fcpxml' ? fcpxmlOf(bytes) : format === 'edl' ? edlOf(bytes) : converted(format, bytes);
  return new TextEncoder().encode(text);
}

/** A timeline that takes about so many bytes in another format: measured on a small one first. */
function converted(format, bytes) {
  const write = (size) => {
    const [timeline] = readTimelineFile({ name: 'f', bytes: new TextEncoder().encode(fcpxmlOf(size)) }).timelines;
    if (format === 'otio') return writeOtio(timeline, { style: 'canonical' });
    return writeXmeml(timeline).text;
  };
  return write(Math.round((200_000 * bytes) / write(200_000).length));
}

/** Shots of four frames one after another: written straight, because a film of so many events is no small FCPXML. */
function edlOf(bytes) {
  const two = (number) => String(number).padStart(2, '0');
  const code = (frame) =>
    [Math.floor(frame / 86_400), Math.floor(frame / 1440) % 60, Math.floor(frame / 24) % 60, frame % 24]
      .map(two)
      .join(':');
  const parts = ['TITLE: bench\nFCM: NON-DROP FRAME'];
  for (let shot = 0, length = 0; length < bytes; shot += 1) {
    const [source, record] = [(shot * 7) % 800_000, (shot * 4) % 2_000_000];
    const marker = shot % 4 === 0 ? `\n* LOC: ${code(record)} RED look at ${shot}` : '';
    const event = `${String(shot + 1).padStart(6, '0')}  A001C${String(shot % 50).padStart(3, '0')} V     C        ${code(source)} ${code(source + 4)} ${code(record)} ${code(record + 4)}`;
    const text = `${event}\n* FROM CLIP NAME: shot ${shot}\n* SOURCE FILE: file:///rushes/A001C${shot % 50}.mov${marker}`;
    parts.push(text);
    length += text.length + 1;
  }
  return parts.join('\n');
}

/** A film as an editor leaves it: shots with sound, inserts above, titles, dissolves, key frames, speeds, markers. */
function fcpxmlOf(bytes) {
  const parts = [];
  let length = 0;
  for (let shot = 0; length < bytes; shot += 1) {
    const text = shotText(shot);
    parts.push(text);
    length += text.length;
  }
  const assets = Array.from(
    { length: 50 },
    (_, at) =>
      `<asset id="a${at}" name="A001C${at}" start="3600s" duration="900s" hasVideo="1" hasAudio="1" audioChannels="2" audioRate="48000" format="r1"><media-rep kind="original-media" src="file:///rushes/A001C${at}.mov"/></asset>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE fcpxml>
<fcpxml version="1.10"><resources><format id="r1" frameDuration="1/24s" width="1920" height="1080"/>
<effect id="e1" name="Cross Dissolve" uid="FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"/>
<effect id="e2" name="Basic Title" uid=".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"/>
${assets.join('\n')}</resources>
<library><event name="e"><project name="p"><sequence format="r1" tcStart="3600s" tcFormat="NDF"><spine>
${parts.join('\n')}
</spine></sequence></project></event></library></fcpxml>`;
}

function shotText(shot) {
  const offset = `${86400 + shot * 48}/24s`;
  const start = `${3600 * 24 + ((shot * 7) % 2000)}/24s`;
  const later = `${3600 * 24 + ((shot * 7) % 2000) + 20}/24s`;
  const inner = [
    shot % 3 === 0 ? '<adjust-transform position="3.5 -1.25" scale="1.1 1.1"/>' : '<conform-rate scaleEnabled="0"/>',
    shot % 5 === 0
      ? `<adjust-blend><param name="amount"><keyframeAnimation><keyframe time="${start}" value="0.2"/><keyframe time="${later}" value="1"/></keyframeAnimation></param></adjust-blend>`
      : '',
    '<adjust-volume amount="-3dB"/>',
    shot % 2 === 0
      ? `<asset-clip ref="a${(shot + 7) % 50}" lane="1" offset="${start}" name="insert ${shot}" start="${start}" duration="24/24s" audioRole="dialogue"/>`
      : '',
    shot % 8 === 0
      ? `<title ref="e2" lane="2" offset="${start}" name="title ${shot}" start="3600s" duration="24/24s"><text><text-style ref="ts${shot}">Shot ${shot}</text-style></text><text-style-def id="ts${shot}"><text-style font="Helvetica" fontSize="63" fontColor="1 1 1 1"/></text-style-def></title>`
      : '',
    `<audio-channel-source srcCh="1, 2" role="dialogue.dialogue-1"/><keyword start="${start}" duration="48/24s" value="Interview, day ${shot % 9}"/>
<metadata><md key="com.apple.proapps.studio.reel" value="A001"/><md key="com.apple.proapps.studio.scene" value="${shot % 90}"/><md key="com.apple.proapps.studio.shot" value="${shot}"/><md key="com.apple.proapps.studio.metadataCameraISO" value="800"/></metadata>`,
    shot % 4 === 0 ? `<marker start="${start}" duration="1/24s" value="look at ${shot}"/>` : '',
  ];
  const transition =
    shot % 10 === 9
      ? `<transition name="Cross Dissolve" offset="${86400 + (shot + 1) * 48 - 6}/24s" duration="12/24s"><filter-video ref="e1"/></transition>`
      : '';
  return `<asset-clip ref="a${shot % 50}" offset="${offset}" name="shot ${shot}" start="${start}" duration="48/24s" audioRole="dialogue" videoRole="video">${inner.join('')}</asset-clip>${transition}`;
}

/** The tests' own fuzzing, with as many runs as asked for. They fail on a crash, a slow run and a large process. */
function fuzz(runs) {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'packages/formats/src/fuzz.test.ts'],
    { cwd: root, stdio: 'inherit', env: { ...process.env, PW_RUNS: String(runs) } },
  );
  if (status !== 0) process.exitCode = 1;
}
