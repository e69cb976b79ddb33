import { pathToFileURL } from 'node:url';
import type { Film, FilmMedia, Key, Shot } from './film.ts';

/** Writes a film as an `.otio` file, as a host would: plain OTIO with our effect vocabulary in `metadata.patchwork`. */
export function otioText(film: Film): string {
  const tracks = [
    ...film.video.map((shots, index) => track(film, 'Video', `V${index + 1}`, shots)),
    ...film.audio.map((shots, index) => track(film, 'Audio', `A${index + 1}`, shots)),
  ];
  const timeline = {
    OTIO_SCHEMA: 'Timeline.1',
    metadata: {
      patchwork: {
        canvas: { width: film.width, height: film.height, rate: `${film.rate[0]}/${film.rate[1]}` },
        dropFrame: film.dropFrame ?? false,
      },
    },
    name: film.name,
    global_start_time: time(film.start, film.rate),
    tracks: {
      OTIO_SCHEMA: 'Stack.1',
      metadata: {},
      name: 'tracks',
      source_range: null,
      effects: [],
      markers: [],
      enabled: true,
      children: tracks,
    },
  };
  return `${JSON.stringify(timeline, null, 2)}\n`;
}

type Rate = readonly [number, number];

function time(value: number, rate: Rate): object {
  return { OTIO_SCHEMA: 'RationalTime.1', rate: rate[0] / rate[1], value };
}

function range(start: object, duration: object): object {
  return { OTIO_SCHEMA: 'TimeRange.1', duration, start_time: start };
}

function track(film: Film, kind: string, name: string, shots: readonly Shot[]): object {
  const children = shots.flatMap((shot) => {
    const item = shot.media === null ? gap(film, shot) : clip(film, shot);
    if (shot.dissolve === undefined) return [item];
    const { before, after } = shot.dissolve;
    return [
      item,
      {
        OTIO_SCHEMA: 'Transition.1',
        metadata: {},
        name: 'dissolve',
        transition_type: 'SMPTE_Dissolve',
        in_offset: time(before, film.rate),
        out_offset: time(after, film.rate),
        enabled: true,
      },
    ];
  });
  return {
    OTIO_SCHEMA: 'Track.1',
    metadata: {},
    name,
    source_range: null,
    effects: [],
    markers: [],
    enabled: true,
    kind,
    children,
  };
}

function gap(film: Film, shot: Shot): object {
  return {
    OTIO_SCHEMA: 'Gap.1',
    metadata: {},
    name: '',
    effects: [],
    markers: [],
    enabled: true,
    source_range: range(time(0, film.rate), time(shot.length, film.rate)),
  };
}

function clip(film: Film, shot: Shot): object {
  const media = film.media[shot.media ?? ''];
  if (media === undefined) throw new TypeError(`film: no media ${shot.media}`);
  const marked = shot.marker === undefined ? [] : [marker(film, shot.marker)];
  return {
    OTIO_SCHEMA: 'Clip.2',
    metadata: shot.color === undefined ? {} : { color: shot.color },
    name: shot.name ?? shot.media,
    source_range: range(time(shot.ramp ? 0 : shot.from, media.rate), time(shot.length, film.rate)),
    effects: effects(film, media, shot),
    markers: marked,
    enabled: shot.enabled ?? true,
    media_references: { DEFAULT_MEDIA: reference(media, shot.media ?? '') },
    active_media_reference_key: 'DEFAULT_MEDIA',
  };
}

function reference(media: FilmMedia, name: string): object {
  return {
    OTIO_SCHEMA: 'ExternalReference.1',
    metadata: {},
    name,
    available_image_bounds: null,
    available_range: range(time(0, media.rate), time(media.frames, media.rate)),
    target_url: pathToFileURL(media.path).href,
  };
}

function marker(film: Film, comment: string): object {
  return {
    OTIO_SCHEMA: 'Marker.2',
    metadata: {},
    name: comment,
    color: 'RED',
    comment,
    marked_range: range(time(0, film.rate), time(1, film.rate)),
  };
}

function effects(film: Film, media: FilmMedia, shot: Shot): object[] {
  const made: object[] = [];
  const { speed } = shot;
  if (speed === 0)
    made.push({
      OTIO_SCHEMA: 'FreezeFrame.1',
      metadata: {},
      name: 'freeze',
      effect_name: 'FreezeFrame',
      enabled: true,
      time_scalar: 0,
    });
  else if (speed !== undefined && speed !== 1) {
    made.push({
      OTIO_SCHEMA: 'LinearTimeWarp.1',
      metadata: {},
      name: 'speed',
      effect_name: 'LinearTimeWarp',
      enabled: true,
      time_scalar: speed,
    });
  }
  const first = shot.ramp ? 0 : shot.from;
  const seconds = (frames: number, rate: Rate): string => `${frames * rate[1]}/${rate[0]}`;
  // Keys stand in the clip's own time, which begins at its first source frame.
  const at = (frame: number): string =>
    sum([first * media.rate[1], media.rate[0]], [frame * film.rate[1], film.rate[0]]);
  const param = (value: number | readonly Key[]): unknown =>
    typeof value === 'number'
      ? value
      : { keyframes: value.map((key) => ({ time: at(key.frame), value: key.value, interpolation: 'linear' })) };
  if (shot.ramp) {
    const points = shot.ramp.points.map(([t, v]) => ({ time: seconds(t, film.rate), value: seconds(v, media.rate) }));
    made.push(known({ type: 'timeMap', points, sampling: shot.ramp.blend ? 'blend' : 'nearest' }));
  }
  if (shot.opacity !== undefined) made.push(known({ type: 'opacity', opacity: param(shot.opacity) }));
  if (shot.scale !== undefined) {
    const scale = param(shot.scale);
    made.push(
      known({
        type: 'transform',
        position: { x: 0, y: 0 },
        scale: { x: scale, y: scale },
        rotation: 0,
        anchor: { x: 0, y: 0 },
      }),
    );
  }
  if (shot.gainDb !== undefined) made.push(known({ type: 'volume', gainDb: shot.gainDb }));
  if (shot.pan !== undefined) made.push(known({ type: 'pan', pan: shot.pan }));
  if (shot.fade !== undefined) {
    const [inSeconds, outSeconds] = shot.fade;
    made.push(known({ type: 'fade', inSeconds: String(inSeconds), outSeconds: String(outSeconds) }));
  }
  return made;
}

function known(effect: { readonly type: string; readonly [key: string]: unknown }): object {
  return {
    OTIO_SCHEMA: 'Effect.1',
    metadata: { patchwork: effect },
    name: effect.type,
    effect_name: effect.type,
    enabled: true,
  };
}

function sum(a: readonly [number, number], b: readonly [number, number]): string {
  return `${a[0] * b[1] + b[0] * a[1]}/${a[1] * b[1]}`;
}
