import { pathToFileURL } from 'node:url';
import {
  demoFrames,
  demoHeight,
  demoMediaFrames,
  demoRate,
  demoWidth,
  startOfShot,
  type DemoFilm,
  type DemoOverlay,
} from './demo-film.ts';

/** Writes the film as Final Cut Pro would: one spine, connected clips, a music bed on an audio lane. */
export function demoFcpxml(film: DemoFilm, media: ReadonlyMap<string, string>): string {
  const names = [...media.keys()];
  const assets = names.map((name, index) => asset(name, index, media.get(name) ?? ''));
  const total = demoFrames(film);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE fcpxml>',
    '<fcpxml version="1.10">',
    ' <resources>',
    `  <format id="r0" name="FFVideoFormatRateUndefined" frameDuration="1/${demoRate}s" width="${demoWidth}" height="${demoHeight}" colorSpace="1-1-1 (Rec. 709)"/>`,
    '  <effect id="r1" name="Cross Dissolve" uid="FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"/>',
    ...assets,
    ' </resources>',
    ' <library>',
    '  <event name="Demo">',
    '   <project name="Demo film">',
    `    <sequence format="r0" duration="${time(total)}" tcStart="3600s" tcFormat="NDF" audioLayout="stereo" audioRate="48k">`,
    '     <spine>',
    ...film.shots.flatMap((shot, index) => spineLines(film, names, index)),
    '     </spine>',
    '    </sequence>',
    '   </project>',
    '  </event>',
    ' </library>',
    '</fcpxml>',
  ];
  return `${lines.join('\n')}\n`;
}

function time(frames: number): string {
  return frames % demoRate === 0 ? `${frames / demoRate}s` : `${frames}/${demoRate}s`;
}

function asset(name: string, index: number, path: string): string {
  return [
    `  <asset id="a${index}" name="${name}" start="0s" duration="${time(demoMediaFrames)}" hasVideo="1" format="r0" hasAudio="1" audioSources="1" audioChannels="2" audioRate="48000">`,
    `   <media-rep kind="original-media" src="${xml(pathToFileURL(path).href)}"/>`,
    '  </asset>',
  ].join('\n');
}

function spineLines(film: DemoFilm, names: readonly string[], index: number): string[] {
  const shot = film.shots[index];
  if (shot === undefined) return [];
  const start = startOfShot(film, index);
  const connected = film.overlays.filter((overlay) => overlay.at >= start && overlay.at < start + shot.length);
  const attributes = `ref="a${names.indexOf(shot.media)}" name="${shot.media}" offset="${time(86400 + start)}" start="${time(shot.from)}" duration="${time(shot.length)}" audioRole="dialogue" format="r0" tcFormat="NDF"`;
  const children = connected.flatMap((overlay) => overlayLines(names, overlay, overlay.at - start + shot.from));
  const music = musicLines(film, names, start, shot);
  const clip = [`      <asset-clip ${attributes}>`, ...children, ...music, '      </asset-clip>'];
  if (shot.dissolve === 0) return clip;
  const at = start + shot.length - shot.dissolve / 2;
  return [
    ...clip,
    `      <transition name="Cross Dissolve" offset="${time(86400 + at)}" duration="${time(shot.dissolve)}"><filter-video ref="r1" name="Cross Dissolve"/></transition>`,
  ];
}

function overlayLines(names: readonly string[], overlay: DemoOverlay, offset: number): string[] {
  const [x, y] = overlay.position;
  return [
    `       <asset-clip ref="a${names.indexOf(overlay.media)}" lane="${overlay.lane}" name="${overlay.media}" offset="${time(offset)}" start="${time(overlay.from)}" duration="${time(overlay.length)}" srcEnable="video" format="r0" tcFormat="NDF">`,
    `        <adjust-transform position="${100 * x} ${100 * y}" scale="${overlay.scale} ${overlay.scale}"/>`,
    `        <adjust-blend amount="${overlay.opacity}"/>`,
    '       </asset-clip>',
  ];
}

/** Every eighth shot carries the next stretch of the music bed, on the lane below the picture. */
function musicLines(
  film: DemoFilm,
  names: readonly string[],
  start: number,
  shot: DemoFilm['shots'][number],
): string[] {
  const index = film.shots.indexOf(shot);
  if (index % 8 !== 0) return [];
  return [
    `       <asset-clip ref="a${names.indexOf('m12')}" lane="-1" name="music" offset="${time(shot.from)}" start="0s" duration="${time(musicFrames(film, index))}" srcEnable="audio" audioRole="music" format="r0" tcFormat="NDF">`,
    '        <adjust-volume amount="-12dB"/>',
    '       </asset-clip>',
  ];
}

/** A stretch of music: up to the next one, or as long as its file is. */
export function musicFrames(film: DemoFilm, index: number): number {
  const next = Math.min(index + 8, film.shots.length);
  return Math.min(demoMediaFrames, startOfShot(film, next) - startOfShot(film, index));
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
