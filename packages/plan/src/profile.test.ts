import { describe, expect, test } from 'vitest';
import type { Json } from '@patchwork/kernel';
import { encodingDigest } from './action-key.ts';
import { builtInProfile, builtInProfileNames, containerOfBuiltIn } from './built-in-profile.ts';
import { codecFacts, videoCodecs } from './codec-facts.ts';
import { colorNames } from './color-names.ts';
import { h264Level } from './h264-level.ts';
import { formatDifference, profileDifference, timelineDifference, toolchainDifference } from './profile-difference.ts';
import { resolveProfile, type ProfileRequest } from './resolve-profile.ts';
import type { Profile } from './profile.ts';

const raster = { width: 1920, height: 1080, rate: { num: 24, den: 1 } };
const open: ProfileRequest = {
  requested: null,
  ledger: null,
  extension: '.mov',
  timelineFacts: raster,
  firstMediaFacts: null,
};

function resolve(change: Partial<ProfileRequest>): Profile {
  return resolveProfile({ ...open, ...change });
}

/** Code and named key of the refusal. */
function refusal(change: Partial<ProfileRequest>): unknown {
  try {
    resolve(change);
  } catch (error) {
    const { code, details } = error as { code: string; details: { key?: string } };
    return details.key === undefined ? code : `${code} ${details.key}`;
  }
  return 'accepted';
}

describe('built-in profiles', () => {
  test('F1: the extension decides without a request', () => {
    const mp4 = resolve({ extension: '.mp4' });
    expect([mp4.name, mp4.sound.codec, mp4.container.format]).toEqual(['h264', 'aac', 'mp4']);
    const mov = resolve({ extension: '.mov' });
    expect([mov.name, mov.video.options['profile'], mov.sound.codec, mov.container.format]).toEqual([
      'prores-422-hq',
      'hq',
      'pcm_s24le',
      'mov',
    ]);
    expect(refusal({ extension: '.avi' })).toBe('PW_PROFILE_EXTENSION');
  });

  test('F2: every name resolves in its container; intra ones have G = 1, the others 48', () => {
    expect(
      builtInProfileNames.map((name) => {
        const { video } = resolve({ requested: name, extension: `.${containerOfBuiltIn(name)}` });
        return [name, video.codec, video.gop, video.reorder, video.pixelFormat];
      }),
    ).toEqual([
      ['h264', 'h264', 48, 2, 'yuv420p'],
      ['h264-mov', 'h264', 48, 2, 'yuv420p'],
      ['hevc-mp4', 'hevc', 48, 2, 'yuv420p'],
      ['hevc-mov', 'hevc', 48, 2, 'yuv420p'],
      ['av1-mp4', 'av1', 48, 0, 'yuv420p'],
      ['prores-422-proxy', 'prores', 1, 0, 'yuv422p10le'],
      ['prores-422-lt', 'prores', 1, 0, 'yuv422p10le'],
      ['prores-422', 'prores', 1, 0, 'yuv422p10le'],
      ['prores-422-hq', 'prores', 1, 0, 'yuv422p10le'],
      ['dnxhr-lb-mov', 'dnxhr', 1, 0, 'yuv422p'],
      ['dnxhr-sq-mov', 'dnxhr', 1, 0, 'yuv422p'],
      ['dnxhr-hq-mov', 'dnxhr', 1, 0, 'yuv422p'],
      ['dnxhr-hqx-mov', 'dnxhr', 1, 0, 'yuv422p10le'],
      ['dnxhr-444-mov', 'dnxhr', 1, 0, 'yuv444p10le'],
    ]);
    expect(refusal({ requested: 'h265' })).toBe('PW_PROFILE_NAME');
  });

  test('F3: raster and rate come from the profile, else the timeline, else the first media', () => {
    const media = { width: 1280, height: 720, rate: { num: 25, den: 1 } };
    const size = ({ video }: Profile): unknown => [video.width, video.height, video.rate];
    expect(
      size(resolve({ requested: { video: { width: 640, height: 360, rate: '30000/1001' } }, firstMediaFacts: media })),
    ).toEqual([640, 360, { num: 30000, den: 1001 }]);
    expect(size(resolve({ firstMediaFacts: media }))).toEqual([1920, 1080, raster.rate]);
    expect(
      size(resolve({ timelineFacts: { width: null, height: null, rate: raster.rate }, firstMediaFacts: media })),
    ).toEqual([1280, 720, raster.rate]);
    expect(refusal({ timelineFacts: null })).toBe('PW_PROFILE_RASTER video.rate');
    expect(refusal({ timelineFacts: { ...raster, width: 1921 } })).toBe('PW_PROFILE_RASTER');
    expect(refusal({ requested: { video: { width: 640 } } })).toBe('PW_PROFILE_RASTER video.height');
  });

  test('F4: the ledger stands when nothing is requested, also against its own document', () => {
    const ledger = resolve({ requested: { base: 'h264-mov', video: { options: { crf: 18 } } } });
    expect(resolve({ ledger })).toBe(ledger);
    expect(resolve({ requested: JSON.parse(JSON.stringify(ledger)) as Json, ledger })).toEqual(ledger);
  });

  test('F5: the level is fixed by raster and rate', () => {
    expect([
      h264Level(64, 36, { num: 24, den: 1 }, 4),
      h264Level(1280, 720, { num: 25, den: 1 }, 4),
      h264Level(1920, 1080, { num: 24000, den: 1001 }, 4),
      h264Level(1920, 1080, { num: 60, den: 1 }, 4),
      h264Level(3840, 2160, { num: 30, den: 1 }, 4),
    ]).toEqual(['1.0', '3.1', '4.0', '4.2', '5.1']);
    expect(() => h264Level(16384, 16384, { num: 60, den: 1 }, 4)).toThrow(/no H.264 level/);
  });
});

describe('profile documents', () => {
  test('F6: what differs from the base is taken over; reorder and level follow', () => {
    const { video } = resolve({
      requested: { base: 'h264-mov', name: 'mine', video: { gop: 24, options: { crf: 18, 'x264-params.bframes': 0 } } },
    });
    expect([video.gop, video.reorder, video.options['crf'], video.options['x264-params.min-keyint']]).toEqual([
      24,
      0,
      '18',
      '25',
    ]);
  });

  test.each<[Json, string]>([
    [{ vidoe: {} }, 'PW_PROFILE_KEY vidoe'],
    [{ video: { optoins: {} } }, 'PW_PROFILE_KEY video.optoins'],
    [{ video: { width: 1921, height: 1080 } }, 'PW_PROFILE_VALUE video.width'],
    [{ video: { rate: 23.976 } }, 'PW_PROFILE_VALUE video.rate'],
    [{ video: { codec: 'vp9' } }, 'PW_PROFILE_VALUE video.codec'],
    [{ video: { options: { crf: null } } }, 'PW_PROFILE_VALUE video.options.crf'],
    [{ sound: { codec: 'opus' } }, 'PW_PROFILE_VALUE sound.codec'],
    [{ container: { startTimecode: { frame: -1 } } }, 'PW_PROFILE_VALUE container.startTimecode.frame'],
    [{ base: 'h264', video: { codec: 'prores' } }, 'PW_PROFILE_CODEC video.codec'],
    [['h264'], 'PW_PROFILE_SYNTAX'],
    [{ container: { format: 'mp4' } }, 'PW_PROFILE_CONTAINER container.format'],
  ])('F7: %j is refused by the path of its key', (requested, expected) => {
    expect(refusal({ requested })).toBe(expected);
  });

  test('F7: colours without a number are refused, those with one are taken', () => {
    for (const [tag, names] of Object.entries(colorNames)) {
      for (const name of names) {
        const wanted = resolve({ requested: { base: 'h264-mov', video: { color: { [tag]: name } } } });
        expect(wanted.video.color).toEqual({ ...builtInProfile('h264-mov', raster).video.color, [tag]: name });
      }
      expect(refusal({ requested: { base: 'h264-mov', video: { color: { [tag]: 'rec709' } } } })).toBe(
        `PW_PROFILE_VALUE video.color.${tag}`,
      );
    }
  });

  test('F8: whole-programme rate control is refused by name', () => {
    for (const name of ['b', 'pass', 'x264-params.bitrate', 'x264-params.pass', 'x264-params.stats']) {
      expect(refusal({ requested: { base: 'h264-mov', video: { options: { [name]: '1' } } } })).toBe(
        `PW_PROFILE_RATE_CONTROL video.options.${name}`,
      );
    }
    expect(
      refusal({ requested: { base: 'h264-mov', video: { options: { 'x264-params.vbv-maxrate': '8000' } } } }),
    ).toBe('accepted');
  });

  test('F9: determinism pins cannot be changed', () => {
    for (const [name, value] of [
      ['threads', 4],
      ['lookahead-threads', 2],
      ['scenecut', 40],
      ['open-gop', 1],
      ['keyint', 250],
      ['cpu-independent', 0],
      ['repeat-headers', 1],
    ] as const) {
      expect(refusal({ requested: { base: 'h264-mov', video: { options: { [`x264-params.${name}`]: value } } } })).toBe(
        `PW_PROFILE_PINNED video.options.x264-params.${name}`,
      );
    }
    expect(refusal({ requested: { base: 'h264-mov', video: { reorder: 1 } } })).toBe('PW_PROFILE_PINNED video.reorder');
    expect(refusal({ requested: { base: 'h264-mov', video: { gop: 1 } } })).toBe('PW_PROFILE_PINNED video.gop');
    expect(refusal({ requested: { base: 'prores-422', video: { gop: 48 } } })).toBe('PW_PROFILE_PINNED video.gop');
  });

  test('F10: what MP4 does not carry is refused', () => {
    expect(refusal({ requested: 'prores-422', extension: '.mp4' })).toBe('PW_PROFILE_CONTAINER video.codec');
    expect(refusal({ requested: 'h264-mov', extension: '.mp4' })).toBe('PW_PROFILE_CONTAINER sound.codec');
    expect(resolve({ requested: 'h264', extension: '.mov' }).container.format).toBe('mov');
  });

  test('F10: a codec goes into its containers alone, and the hint names the legal pairs', () => {
    for (const codec of videoCodecs) {
      for (const format of ['mp4', 'mov'] as const) {
        const requested = { video: { codec }, sound: { codec: 'aac' } };
        const legal = codecFacts(codec).containers.includes(format);
        expect([codec, format, refusal({ requested, extension: `.${format}` })]).toEqual([
          codec,
          format,
          legal ? 'accepted' : 'PW_PROFILE_CONTAINER video.codec',
        ]);
      }
    }
    expect(() => resolve({ requested: 'av1-mp4', extension: '.mov' })).toThrowError(
      expect.objectContaining({
        hint: 'AV1 goes into .mp4; .mov takes H.264, HEVC, ProRes, DNxHR with PCM or AAC sound.',
      }),
    );
  });

  test('F9: the pins of every codec hold', () => {
    for (const codec of videoCodecs) {
      const { pins, rateControl, containers } = codecFacts(codec);
      const extension = `.${containers[0] ?? ''}`;
      for (const name of Object.keys(pins)) {
        const requested = { video: { codec, options: { [name]: 'other' } } };
        expect(refusal({ requested, extension })).toBe(`PW_PROFILE_PINNED video.options.${name}`);
      }
      for (const name of rateControl) {
        const requested = { video: { codec, options: { [name]: '1' } } };
        expect(refusal({ requested, extension })).toBe(`PW_PROFILE_RATE_CONTROL video.options.${name}`);
      }
    }
  });

  test('F11: a flavour of DNxHR decides the samples, and takes no picture smaller than 256 x 120', () => {
    const wanted = (video: Json): unknown => refusal({ requested: { base: 'dnxhr-hq-mov', video } });
    expect(wanted({ pixelFormat: 'yuv422p10le' })).toBe('PW_PROFILE_PINNED video.pixelFormat');
    expect(wanted({ options: { profile: 'dnxhr_hqx' } })).toBe('PW_PROFILE_PINNED video.pixelFormat');
    expect(wanted({ options: { profile: 'dnxhr_hqx' }, pixelFormat: 'yuv422p10le' })).toBe('accepted');
    expect(wanted({ options: { profile: 'dnxhd' } })).toBe('PW_PROFILE_VALUE video.options.profile');
    expect(wanted({ width: 254, height: 144 })).toBe('PW_PROFILE_RASTER');
    expect(wanted({ width: 256, height: 120 })).toBe('accepted');
  });

  test('F5: the HEVC level follows from raster and rate', () => {
    const level = (width: number, height: number, fps: number): unknown =>
      builtInProfile('hevc-mp4', { width, height, rate: { num: fps, den: 1 } }).video.options['x265-params.level-idc'];
    expect([
      level(192, 108, 24),
      level(1280, 720, 25),
      level(1920, 1080, 24),
      level(1920, 1080, 60),
      level(3840, 2160, 24),
      level(3840, 2160, 60),
    ]).toEqual(['1.0', '3.1', '4.0', '4.1', '5.0', '5.1']);
    expect(() => level(16384, 16384, 24)).toThrowError(expect.objectContaining({ code: 'PW_PROFILE_RASTER' }));
  });
});

describe('differences', () => {
  const old = builtInProfile('h264', raster);

  test('D1: by dotted key, with what they cost; the name is none', () => {
    const next: Profile = {
      name: 'other',
      video: { ...old.video, rate: { num: 25, den: 1 }, options: { ...old.video.options, crf: '18', tune: 'film' } },
      sound: { ...old.sound, bitrate: 128_000 },
      container: { format: 'mov', startTimecode: null },
    };
    expect(profileDifference(old, next)).toEqual([
      { key: 'video.options.crf', old: '20', new: '18', domain: 'video' },
      { key: 'video.options.tune', old: 'none', new: 'film', domain: 'video' },
      { key: 'video.rate', old: '24/1', new: '25/1', domain: 'video' },
      { key: 'sound.bitrate', old: '256000', new: '128000', domain: 'sound' },
      { key: 'container.format', old: 'mp4', new: 'mov', domain: 'container' },
    ]);
    expect(profileDifference(old, { ...old, name: 'renamed' })).toEqual([]);
  });

  test('D3: primaries and transfer are a remux of H.264 and a render of ProRes', () => {
    const told = (name: 'h264' | 'prores-422'): readonly string[] => {
      const before = builtInProfile(name, raster);
      const color = { primaries: 'smpte170m', transfer: 'gamma28', matrix: 'smpte170m', range: 'pc' };
      return profileDifference(before, { ...before, video: { ...before.video, color } }).map(
        ({ key, domain }) => `${domain} ${key}`,
      );
    };
    expect(told('h264')).toEqual([
      'video video.color.matrix',
      'container video.color.primaries',
      'video video.color.range',
      'container video.color.transfer',
    ]);
    expect(told('prores-422')).toEqual([
      'video video.color.matrix',
      'video video.color.primaries',
      'video video.color.range',
      'video video.color.transfer',
    ]);
  });

  test('D3: what is no video difference is in no action key, and the other way round', () => {
    const toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264 core 165', cpuClass: null };
    for (const name of ['h264', 'hevc-mp4', 'av1-mp4', 'prores-422', 'dnxhr-hq-mov'] as const) {
      const before = builtInProfile(name, raster);
      const digest = (video: Profile['video']): string => encodingDigest(video, toolchain, (text) => String(text));
      for (const tag of ['primaries', 'transfer', 'matrix', 'range']) {
        const next = { ...before, video: { ...before.video, color: { ...before.video.color, [tag]: 'x' } } };
        const isVideo = profileDifference(before, next).some(({ domain }) => domain === 'video');
        expect([name, tag, digest(next.video) !== digest(before.video)]).toEqual([name, tag, isVideo]);
      }
    }
  });

  test('D2: of timelines and toolchains', () => {
    const next = { width: null, height: 1080, rate: { num: 25, den: 1 } };
    expect(timelineDifference(raster, next).map(formatDifference)).toEqual(['timeline.rate 24/1 -> 25/1']);
    const toolchain = { drawing: '1', ffmpeg: '8.1', encoder: 'x264 core 165', cpuClass: null };
    expect(toolchainDifference(toolchain, { ...toolchain, encoder: 'x264 core 164' }).map(formatDifference)).toEqual([
      'toolchain.encoder x264 core 165 -> x264 core 164',
    ]);
  });
});
