import { rational } from '@patchwork/time';
import {
  type Composable,
  type Effect,
  jsonFrom,
  type KnownEffect,
  makeClip,
  makeEffect,
  makeExternalReference,
  makeFreezeFrame,
  makeGeneratorReference,
  makePlainEffect,
  makeRange,
  makeStack,
  makeTimeline,
  makeTimeWarp,
  makeTrack,
  withUnmodelled,
} from '@patchwork/timeline';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Picture } from './picture.ts';
import {
  canvas24,
  clip,
  compile,
  dissolve,
  font,
  fps24,
  gap,
  mediaOf,
  picture,
  runs,
  sha256,
  stillOf,
  storyClips,
} from './testing/fixture.ts';

const black: Picture = { op: 'solid', color: [0, 0, 0, 1] };

function opacity(value: number | readonly (readonly [frame: number, value: number])[]): Effect {
  return makeEffect({ type: 'opacity', opacity: typeof value === 'number' ? value : keys(value) });
}

function keys(list: readonly (readonly [frame: number, value: number])[]): {
  keyframes: { time: ReturnType<typeof rational>; value: number; interpolation: 'linear' }[];
} {
  return { keyframes: list.map(([frame, value]) => ({ time: rational(frame, 24), value, interpolation: 'linear' })) };
}

function transform(parts: Partial<Extract<KnownEffect, { type: 'transform' }>>): Effect {
  const zero = { x: 0, y: 0 };
  return makeEffect({ type: 'transform', position: zero, scale: { x: 1, y: 1 }, rotation: 0, anchor: zero, ...parts });
}

function crop(left: number, right = 0, top = 0, bottom = 0): Effect {
  return makeEffect({ type: 'crop', left, right, top, bottom });
}

function solid(...color: number[]): Composable {
  const media = makeGeneratorReference({ generatorKind: 'SolidColor', parameters: jsonFrom({ color }) });
  return makeClip({ name: 'solid', sourceRange: makeRange(0, 10, fps24), media });
}

function at(frame: number, ...tracks: readonly (readonly Composable[])[]): Picture {
  return compile(picture(...tracks)).program.pictureAt(frame);
}

/** The picture as short text: `over(black, o0.5(a12))`. */
function text(one: Picture): string {
  switch (one.op) {
    case 'source':
      return `${names.get(one.media) ?? one.media}${one.frame}`;
    case 'solid':
      return one.color.join() === '0,0,0,1' ? 'black' : `solid(${one.color.join()})`;
    case 'over':
      return `over(${one.layers.map(text).join(', ')})`;
    case 'mix':
      return `mix(${text(one.from)}, ${text(one.to)}, ${one.share.num}/${one.share.den})`;
    case 'opacity':
      return `o${one.opacity}(${text(one.input)})`;
    case 'transform':
      return `t(${text(one.input)})`;
    case 'nest':
      return `nest(${text(one.input)})`;
    case 'text':
      return `text(${text(one.input)}, ${one.placement} ${JSON.stringify(one.text)})`;
    case 'unmodelled':
      return `unmodelled(${text(one.input)}, ${one.content})`;
  }
}

const names = new Map(['a', 'b', 'c', 'd'].map((name) => [sha256(name), name]));

function texts(...tracks: readonly (readonly Composable[])[]): string[] {
  const { program } = compile(picture(...tracks));
  return Array.from({ length: program.frames }, (_, frame) => text(program.pictureAt(frame)));
}

describe('layers', () => {
  test('L1: a gap is opaque black', () => {
    expect(at(0, [gap(2)])).toEqual(black);
    expect(texts([clip('a', 0, 1), gap(1), clip('b', 0, 1)])).toEqual(['a0', 'black', 'b0']);
  });

  test('L1: the programme is as long as its longest track; shorter ones show nothing then', () => {
    expect(texts([clip('a', 0, 1)], [gap(2), clip('b', 0, 1)])).toEqual(['a0', 'black', 'b0']);
  });

  test('L2: later tracks lie above; what an opaque full-raster layer hides is not in the picture', () => {
    expect(texts([clip('a', 0, 4)], [gap(1), clip('b', 9, 2)])).toEqual(['a0', 'b9', 'b10', 'a3']);
  });

  test('L2: a layer is opaque only when it is proven: full raster, no alpha, no crop, transform or opacity', () => {
    const hides = (media: ReturnType<typeof mediaOf>, effects: readonly Effect[] = []): boolean =>
      compile(picture([clip('a', 0, 1)], [clip('b', 0, 1, effects)]), { b: media }).program.pictureAt(0).op ===
      'source';
    expect(hides(mediaOf('b'))).toBe(true);
    expect(hides(mediaOf('b', { width: 1920, height: 1080, pixelFormat: 'yuv422p10le' }))).toBe(true);
    expect(hides(stillOf('b', { pixelFormat: 'rgb24' }))).toBe(true);
    for (const pixelFormat of ['yuva444p10le', 'rgba', 'argb', 'gbrap12le', 'pal8', 'ya8', 'something new']) {
      expect([pixelFormat, hides(mediaOf('b', { pixelFormat }))]).toEqual([pixelFormat, false]);
    }
    expect(hides(mediaOf('b', { width: 48 }))).toBe(false);
    expect(hides(mediaOf('b', { width: 48, pixelAspect: rational(4, 3) }))).toBe(true);
    expect(hides(mediaOf('b', { width: 36, height: 64, rotation: 90 }))).toBe(true);
    expect(hides(mediaOf('b', { width: 48 }), [makeEffect({ type: 'conform', mode: 'fill' })])).toBe(true);
    expect(hides(mediaOf('b', { width: 32, height: 18 }), [makeEffect({ type: 'conform', mode: 'none' })])).toBe(false);
    expect(hides(mediaOf('b', { width: 128, height: 72 }), [makeEffect({ type: 'conform', mode: 'none' })])).toBe(true);
    expect(hides(mediaOf('b', { height: 72 }), [makeEffect({ type: 'conform', mode: 'none' })])).toBe(true);
    expect(hides(mediaOf('b', { width: 128 }), [makeEffect({ type: 'conform', mode: 'none' })])).toBe(true);
    expect(hides(mediaOf('b'), [crop(0.1)])).toBe(false);
    expect(hides(mediaOf('b'), [transform({ rotation: 1 })])).toBe(false);
    expect(hides(mediaOf('b'), [opacity(0.999)])).toBe(false);
    expect(hides(mediaOf('b'), [makePlainEffect('Blur')])).toBe(false);
  });

  test('L3: what is not opaque gets black beneath', () => {
    expect(texts([clip('a', 0, 1, [opacity(0.5)])])).toEqual(['over(black, o0.5(a0))']);
    expect(texts([clip('a', 0, 1, [opacity(0.5)])], [clip('b', 0, 1, [opacity(0.25)])])).toEqual([
      'over(black, o0.5(a0), o0.25(b0))',
    ]);
    expect(texts([clip('a', 0, 1)], [clip('b', 0, 1, [opacity(0.25)])])).toEqual(['over(a0, o0.25(b0))']);
  });

  test('L4: disabled clips and tracks, and opacity 0, are not there', () => {
    const disabled = makeClip({
      name: 'b',
      enabled: false,
      sourceRange: makeRange(0, 1, fps24),
      media: makeExternalReference({ targetUrl: 'b.mov' }),
    });
    expect(texts([clip('a', 0, 1)], [disabled])).toEqual(['a0']);
    expect(texts([clip('a', 0, 1)], [clip('b', 0, 1, [opacity(0)])])).toEqual(['a0']);
    const timeline = makeTimeline({
      tracks: [makeTrack({ children: [clip('a', 0, 1)] }), makeTrack({ children: [clip('b', 0, 1)], enabled: false })],
    });
    expect(text(compile(timeline).program.pictureAt(0))).toBe('a0');
  });

  test('L5: what does nothing is not in the picture: opacity 1, the identity transform, no crop, whole turns', () => {
    const plain = at(0, [clip('a', 0, 1)]);
    expect(
      at(0, [clip('a', 0, 1, [opacity(1), transform({}), transform({ rotation: 720 }), crop(0), opacity(3)])]),
    ).toEqual(plain);
    expect(
      at(0, [
        clip('a', 0, 1, [
          makeEffect({ type: 'composite', mode: 'normal' }),
          makeEffect({ type: 'volume', gainDb: -3 }),
        ]),
      ]),
    ).toEqual(plain);
  });

  test('L5: conforms that come to the same are one', () => {
    const conforms = (media: ReturnType<typeof mediaOf>): string[] =>
      (['fit', 'fill', 'none'] as const).map((mode) => {
        const one = compile(picture([clip('a', 0, 1, [makeEffect({ type: 'conform', mode })])]), {
          a: media,
        }).program.pictureAt(0);
        const source = one.op === 'over' ? one.layers[1] : one;
        return source?.op === 'source' ? source.conform : '?';
      });
    expect(conforms(mediaOf('a'))).toEqual(['fit', 'fit', 'fit']);
    expect(conforms(mediaOf('a', { width: 128, height: 72 }))).toEqual(['fit', 'fit', 'none']);
    expect(conforms(mediaOf('a', { width: 48 }))).toEqual(['fit', 'fill', 'none']);
  });

  test('L6: effects are drawn in their order; crop and conform belong to the source', () => {
    const one = at(0, [
      clip('a', 0, 1, [
        opacity(0.5),
        transform({ rotation: 10 }),
        crop(0.25),
        makeEffect({ type: 'conform', mode: 'fill' }),
      ]),
    ]);
    expect(one).toMatchObject({
      op: 'over',
      layers: [
        black,
        {
          op: 'transform',
          rotation: 10,
          input: { op: 'opacity', opacity: 0.5, input: { op: 'source', conform: 'fill', crop: { left: 0.25 } } },
        },
      ],
    });
  });

  test('L6: of several crops the furthest counts; a crop that leaves nothing shows nothing', () => {
    expect(at(0, [clip('a', 0, 1, [crop(0.1, 0.3), crop(0.2, 0.1)])])).toMatchObject({
      layers: [black, { crop: { left: 0.2, right: 0.3 } }],
    });
    expect(at(0, [clip('a', 0, 1, [crop(0.5, 0.5)])])).toEqual(black);
    expect(at(0, [clip('a', 0, 1, [transform({ scale: { x: 0, y: 1 } })])])).toEqual(black);
  });

  test('L7: key frames are read at the item’s own time, exact and the same wherever it stands', () => {
    const fade = opacity([
      [0, 0],
      [24, 0.5],
      [48, 1],
      [96, 1],
    ]);
    const values = (lead: number): string[] => texts([gap(lead), clip('a', 0, 96, [fade])]).slice(lead);
    expect(values(0).slice(0, 3)).toEqual(['black', `over(black, o${0.5 / 24}(a1))`, `over(black, o${0.5 / 12}(a2))`]);
    expect(values(0)[36]).toBe('over(black, o0.75(a36))');
    expect(values(0).slice(47, 50)).toEqual([`over(black, o${0.5 + 0.5 * (23 / 24)}(a47))`, 'a48', 'a49']);
    expect(values(7)).toEqual(values(0));
  });

  test('L7: keys stand in the time of the source range, so a trim leaves them on their pictures', () => {
    const fade = opacity([
      [10, 0.25],
      [20, 0.75],
    ]);
    expect(texts([clip('a', 15, 2, [fade])])).toEqual(['over(black, o0.5(a15))', 'over(black, o0.55(a16))']);
  });

  test('L7: linear, hold and smooth', () => {
    const shape = (interpolation: 'linear' | 'hold' | 'smooth'): string | undefined => {
      const effect = makeEffect({
        type: 'opacity',
        opacity: {
          keyframes: [
            { time: rational(0), value: 0.25, interpolation },
            { time: rational(1), value: 0.75, interpolation },
          ],
        },
      });
      return texts([clip('a', 0, 24, [effect])])[6];
    };
    const held = makeEffect({
      type: 'opacity',
      opacity: {
        keyframes: [
          { time: rational(0), value: 0.25, interpolation: 'hold' },
          { time: rational(3, 24), value: 0.75, interpolation: 'hold' },
        ],
      },
    });
    expect(texts([clip('a', 0, 5, [held])]).slice(2, 4)).toEqual(['over(black, o0.25(a2))', 'over(black, o0.75(a3))']);
    expect(shape('linear')).toBe('over(black, o0.375(a6))');
    expect(shape('hold')).toBe('over(black, o0.25(a6))');
    expect(shape('smooth')).toBe(`over(black, o${0.25 + 0.5 * (3 / 16 - 2 / 64)}(a6))`);
  });

  test('L8: generators: a solid colour and black are drawn', () => {
    expect(at(0, [solid(1, 0.5, 0)])).toEqual({ op: 'solid', color: [1, 0.5, 0, 1] });
    expect(texts([clip('a', 0, 10)], [solid(1, 0, 0, 0.5)])[3]).toBe('over(a3, solid(1,0,0,0.5))');
    expect(texts([solid(0, 0, 0, 0)])[0]).toBe('black');
  });

  test('L6: a crop in place is another picture than one that is conformed; both on one clip are not drawn', () => {
    const trim = (left: number): Effect =>
      makeEffect({ type: 'crop', inPlace: true, left, right: 0, top: 0, bottom: 0 });
    const shown = at(0, [clip('a', 0, 1, [trim(0.2), trim(0.1)])]);
    expect(shown).toMatchObject({ layers: [black, { op: 'source', crop: { left: 0.2, inPlace: true } }] });
    expect(shown).not.toEqual(at(0, [clip('a', 0, 1, [crop(0.2)])]));
    expect(at(0, [clip('a', 0, 1, [trim(0)])])).toEqual(at(0, [clip('a', 0, 1)]));
    expect(at(0, [clip('a', 0, 1, [crop(0.2), trim(0.2)])])).toMatchObject({ layers: [black, { op: 'unmodelled' }] });
  });

  test('L8: a cropped generator is a nest on the same canvas', () => {
    const cropped = { ...solid(1, 0, 0), effects: [crop(0.5)] } as Composable;
    expect(at(0, [cropped])).toMatchObject({
      op: 'over',
      layers: [black, { op: 'nest', width: 64, height: 36, crop: { left: 0.5 } }],
    });
  });

  test('L9: naive picture = compiled picture, for plain layers', () => {
    const item = fc.record({
      media: fc.constantFrom('a', 'b', 'c', 'gap'),
      start: fc.integer({ min: 0, max: 50 }),
      length: fc.integer({ min: 1, max: 12 }),
      opacity: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(fc.array(fc.array(item, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (tracks) => {
        const lengths = tracks.map((items) => items.reduce((sum, one) => sum + one.length, 0));
        fc.pre(Math.max(...lengths) > 0);
        const nodes = tracks.map((items) =>
          items.map((one) =>
            one.media === 'gap' ? gap(one.length) : clip(one.media, one.start, one.length, [opacity(one.opacity)]),
          ),
        );
        const expected = Array.from({ length: Math.max(...lengths) }, (_, frame) => {
          let layers = ['black'];
          for (const items of tracks) {
            let start = 0;
            for (const one of items) {
              const source = `${one.media}${one.start + frame - start}`;
              if (one.media !== 'gap' && frame >= start && frame < start + one.length && one.opacity > 0) {
                layers = one.opacity === 1 ? [source] : [...layers, `o0.5(${source})`];
              }
              start += one.length;
            }
          }
          return layers.length === 1 ? layers[0] : `over(${layers.join(', ')})`;
        });
        expect(texts(...nodes)).toEqual(expected);
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('transitions', () => {
  test('X1: at frame k of N the share is (k + ½) ÷ N; both sides play into their handles', () => {
    expect(texts([clip('a', 10, 6), dissolve(2, 1), clip('b', 20, 6)])).toEqual([
      'a10',
      'a11',
      'a12',
      'a13',
      'mix(a14, b18, 1/6)',
      'mix(a15, b19, 1/2)',
      'mix(a16, b20, 5/6)',
      'b21',
      'b22',
      'b23',
      'b24',
      'b25',
    ]);
  });

  test('X1: story 8: 24 frames centred on 480', () => {
    const clips = storyClips();
    const { program } = compile(picture([...clips.slice(0, 5), dissolve(12, 12), ...clips.slice(5)]));
    const cut = compile(picture(clips)).program;
    const dirty = Array.from({ length: 1152 }, (_, f) => f).filter((f) => program.frameKeyAt(f) !== cut.frameKeyAt(f));
    expect([dirty[0], dirty.at(-1), dirty.length]).toEqual([468, 491, 24]);
    expect(program.pictureAt(468)).toMatchObject({
      share: { num: 1, den: 48 },
      from: { frame: 84 },
      to: { frame: 36 },
    });
  });

  test('X2: beyond the media a handle holds the edge frame, and that is said', () => {
    const { program, diagnostics } = compile(picture([clip('a', 196, 4), dissolve(0, 3), clip('b', 0, 4)]));
    expect([4, 5, 6].map((frame) => text(program.pictureAt(frame)))).toEqual([
      'mix(a199, b0, 1/6)',
      'mix(a199, b1, 1/2)',
      'mix(a199, b2, 5/6)',
    ]);
    expect(diagnostics).toMatchObject([{ code: 'PW_TRANSITION_HANDLE', severity: 'warning', where: 'V1 / a' }]);
  });

  test('X3: at a track’s end or next to a gap it is a fade', () => {
    expect(texts([dissolve(0, 2), clip('a', 0, 4), dissolve(2, 0)])).toEqual([
      'over(black, o0.25(a0))',
      'over(black, o0.75(a1))',
      'over(black, o0.75(a2))',
      'over(black, o0.25(a3))',
    ]);
    expect(texts([gap(2), dissolve(1, 1), clip('a', 5, 2)])).toEqual([
      'black',
      'over(black, o0.25(a4))',
      'over(black, o0.75(a5))',
      'a6',
    ]);
    expect(texts([clip('a', 0, 2), dissolve(1, 1), gap(2)])).toEqual([
      'a0',
      'over(black, o0.75(a1))',
      'over(black, o0.25(a2))',
      'black',
    ]);
  });

  test('X3: a fade out and a fade in of one still are two runs', () => {
    const still = makeStack({ children: [makeTrack({ children: [clip('a', 0, 4, [makeFreezeFrame()])] })] });
    const { program } = compile(picture([still, dissolve(1, 1), still]));
    const keys = [3, 4].map((frame) => program.frameKeyAt(frame).split(':')[1]);
    expect(keys).toEqual(['0.75,0@0', '0.75,0@0']);
    expect(program.spans.map((span) => [span.in, span.out])).toEqual([
      [0, 3],
      [3, 4],
      [4, 5],
      [5, 8],
    ]);
  });

  test('X3: a fade on an upper track shows what lies below', () => {
    expect(texts([clip('a', 0, 2)], [dissolve(0, 2), clip('b', 0, 2)])).toEqual([
      'over(a0, o0.25(b0))',
      'over(a1, o0.75(b1))',
    ]);
  });

  test('X3: a dissolve hides what lies below only where both sides do', () => {
    const mixed = (name: string): string | undefined => {
      const { program } = compile(picture([clip('c', 0, 4)], [clip('a', 5, 2), dissolve(1, 1), clip(name, 5, 2)]), {
        b: mediaOf('b', { pixelFormat: 'yuva444p' }),
      });
      return text(program.pictureAt(1));
    };
    expect([mixed('b'), mixed('d')]).toEqual(['over(c1, mix(a6, b4, 1/4))', 'mix(a6, d4, 1/4)']);
  });

  test('X4: a transition longer than its neighbours, or into another one, is drawn as far as it goes', () => {
    const { program, diagnostics } = compile(picture([clip('a', 50, 2), dissolve(4, 2), clip('b', 50, 4)]));
    expect(text(program.pictureAt(0))).toBe('mix(a50, b48, 5/12)');
    expect(diagnostics).toMatchObject([{ code: 'PW_TRANSITION_LENGTH' }]);
    const crowded = compile(
      picture([clip('a', 50, 6), dissolve(2, 2), clip('b', 50, 2), dissolve(2, 2), clip('c', 50, 6)]),
    );
    expect(crowded.diagnostics).toMatchObject([{ code: 'PW_TRANSITION_LENGTH' }]);
    expect(Array.from({ length: 14 }, (_, frame) => text(crowded.program.pictureAt(frame))).slice(3, 11)).toEqual([
      'a53',
      'mix(a54, b48, 1/8)',
      'mix(a55, b49, 3/8)',
      'mix(a56, b50, 5/8)',
      'mix(a57, b51, 7/8)',
      'mix(b52, c50, 5/8)',
      'mix(b53, c51, 7/8)',
      'c52',
    ]);
  });

  test('X5: a transition that is no dissolve is unmodelled, over the dissolve that stands in for it', () => {
    const { program } = compile(picture([clip('a', 10, 2), dissolve(1, 1, 'Wipe'), clip('b', 10, 2)]));
    expect(text(program.pictureAt(1))).toBe('over(black, unmodelled(mix(a11, b9, 1/4), transition Wipe))');
    expect(program.unmodelled).toEqual([{ label: 'transition "Wipe" on V1', range: { in: 1, out: 3 } }]);
  });

  test('X5: a disabled transition is a cut', () => {
    const off = { ...dissolve(1, 1), enabled: false } as Composable;
    expect(texts([clip('a', 0, 2), off, clip('b', 0, 2)])).toEqual(['a0', 'a1', 'b0', 'b1']);
  });
});

describe('unmodelled', () => {
  test('U1: unknown effects, composite modes and what readers noted are kept by canonical content, never dropped', () => {
    const content = (node: Composable): string => text(at(0, [node]));
    expect(content(clip('a', 0, 1, [makeEffect({ type: 'composite', mode: 'screen' })]))).toBe(
      'over(black, unmodelled(a0, composite screen))',
    );
    expect(content(clip('a', 0, 1, [makePlainEffect('Blur', { metadata: jsonFrom({ host: { radius: 3 } }) })]))).toBe(
      'over(black, unmodelled(a0, {"effect":"Blur","extra":{},"metadata":{"host":{"radius":3}},"schema":"Effect","timeScalar":null}))',
    );
    expect(content(withUnmodelled(clip('a', 0, 1), [{ label: 'filter', content: 'f1' }]))).toBe(
      'over(black, unmodelled(a0, f1))',
    );
  });

  test('U1: a generator that we do not draw is unmodelled over nothing', () => {
    const media = makeGeneratorReference({ generatorKind: 'SMPTEBars', parameters: jsonFrom({ b: 1, a: 2 }) });
    const bars = makeClip({ name: 'bars', sourceRange: makeRange(0, 1, fps24), media });
    expect(text(at(0, [bars]))).toBe(
      'over(black, unmodelled(solid(0,0,0,0), {"generator":"SMPTEBars","parameters":{"a":2,"b":1}}))',
    );
  });

  test('U1: a gap with effects is an adjustment layer: unmodelled, not dropped', () => {
    const adjustment = { ...gap(1), effects: [makePlainEffect('Glow')] } as Composable;
    expect(text(at(0, [clip('a', 0, 1)], [adjustment]))).toContain(
      'over(a0, unmodelled(solid(0,0,0,0), {"effect":"Glow"',
    );
    expect(text(at(0, [clip('a', 0, 1)], [{ ...gap(1), effects: [opacity(0.5)] } as Composable]))).toBe('a0');
  });

  test('U3: a node of an unknown schema is told', () => {
    const node = { ...gap(1), kind: 'Unknown', schemaName: 'Thing', schemaVersion: 1 } as unknown as Composable;
    expect(compile(picture([node, clip('a', 0, 1)])).diagnostics).toMatchObject([
      { code: 'PW_TIMELINE_UNKNOWN', severity: 'warning' },
    ]);
  });

  test('U2: what a reader has noted is told in its words, once', () => {
    const media = makeGeneratorReference({ generatorKind: 'Title', parameters: jsonFrom({ text: 'Hi' }) });
    const title = makeClip({ name: 'T', sourceRange: makeRange(0, 4, fps24), media });
    const noted = withUnmodelled(title, [{ label: 'title "Hi"', content: 'hi' }]);
    const wipe = withUnmodelled(dissolve(1, 1, 'Custom_Transition'), [
      { label: 'transition "Wipe"', content: 'wipe 3' },
    ]);
    const { program } = compile(picture([noted, wipe, clip('a', 5, 4)]));
    expect(program.unmodelled.map((use) => use.label)).toEqual(['title "Hi" on V1 / T', 'transition "Wipe" on V1']);
    expect(text(program.pictureAt(0))).toContain('{"generator":"Title","parameters":{"text":"Hi"}}');
  });

  test('U2: what is unmodelled is told with its place, each stretch once', () => {
    const blurred = [makePlainEffect('Blur')];
    const { program } = compile(
      picture([clip('a', 0, 4, blurred), clip('b', 0, 4), clip('a', 0, 4, blurred)], [gap(2), clip('c', 0, 1)]),
    );
    expect(program.unmodelled).toEqual([
      { label: 'effect "Blur" on V1 / a', range: { in: 0, out: 2 } },
      { label: 'effect "Blur" on V1 / a', range: { in: 3, out: 4 } },
      { label: 'effect "Blur" on V1 / a', range: { in: 8, out: 12 } },
    ]);
  });
});

describe('nests', () => {
  const stack = (children: readonly Composable[], parts: Parameters<typeof makeStack>[0] = {}): Composable =>
    makeStack({
      name: 'nest',
      sourceRange: makeRange(2, 4, fps24),
      ...parts,
      children: children.map((child) => makeTrack({ children: [child] })),
    });

  test('N1: a stack in a track is its layers, as if they stood there', () => {
    expect(
      texts([clip('a', 0, 1), stack([clip('b', 10, 8), clip('c', 0, 8, [opacity(0.5)])]), clip('a', 0, 1)]),
    ).toEqual(['a0', ...[2, 3, 4, 5].map((k) => `over(b${10 + k}, o0.5(c${k}))`), 'a0']);
  });

  test('N1: its own effects are drawn over all of it, its handles reach into what it holds beyond its range', () => {
    expect(texts([stack([clip('b', 10, 8)], { effects: [opacity(0.5)] })])[0]).toBe('over(black, o0.5(b12))');
    expect(texts([stack([clip('b', 10, 8)]), dissolve(1, 1), clip('a', 20, 2)]).slice(3, 5)).toEqual([
      'mix(b15, a19, 1/4)',
      'mix(b16, a20, 3/4)',
    ]);
  });

  test('N2: retimed, it shows the composition’s frame whose time has come', () => {
    const inner = [gap(3), clip('c', 0, 5)];
    const nest = makeStack({
      sourceRange: makeRange(0, 8, fps24),
      effects: [makeTimeWarp(0.5)],
      children: [makeTrack({ children: [clip('b', 0, 8)] }), makeTrack({ children: inner })],
    });
    expect(texts([gap(1), nest]).slice(1)).toEqual(['b0', 'b0', 'b1', 'b1', 'b2', 'b2', 'c0', 'c0']);
    const plain = { ...nest, effects: [makeTimeWarp(1)] } as Composable;
    const same = compile(picture([plain])).program.spans;
    expect(same).toEqual(compile(picture([{ ...nest, effects: [] }])).program.spans);
    const back = { ...nest, effects: [makeTimeWarp(-1)] } as Composable;
    expect(texts([back])).toEqual(['c4', 'c3', 'c2', 'c1', 'c0', 'b2', 'b1', 'b0']);
  });

  test('N3: with a canvas of its own it is composed there, then conformed; its own rate counts', () => {
    const note = jsonFrom({ patchwork: { canvas: { width: 32, height: 32, rate: '12' } } });
    const nest = makeStack({
      sourceRange: makeRange(0, 4, fps24),
      metadata: note,
      children: [makeTrack({ children: [clip('b', 0, 8)] })],
    });
    const { program } = compile(picture([nest]));
    expect(program.pictureAt(3)).toMatchObject({
      op: 'over',
      layers: [
        black,
        {
          op: 'nest',
          width: 32,
          height: 32,
          conform: 'fit',
          color: { ...canvas24.color, primaries: 'unknown', transfer: 'unknown' },
          input: { op: 'source', frame: 2 },
        },
      ],
    });
  });

  test('N3: the same canvas makes no nest', () => {
    const note = jsonFrom({ patchwork: { canvas: { width: 64, height: 36, rate: '24/1' } } });
    expect(texts([stack([clip('b', 0, 8)], { metadata: note })])[0]).toBe('b2');
  });

  test('N3: a malformed canvas is an error', () => {
    const note = jsonFrom({ patchwork: { canvas: { width: -1 } } });
    expect(() => texts([stack([clip('b', 0, 8)], { metadata: note })])).toThrow(
      expect.objectContaining({ code: 'PW_CANVAS_MALFORMED' }),
    );
  });

  test('N4: audio tracks show nothing; other kinds are told', () => {
    const timeline = makeTimeline({
      tracks: [
        makeTrack({ children: [clip('a', 0, 2)] }),
        makeTrack({ trackKind: 'Audio', children: [clip('b', 0, 2)] }),
        makeTrack({ name: 'subs', trackKind: 'Caption', children: [clip('c', 0, 2)] }),
      ],
    });
    const { program, diagnostics } = compile(timeline);
    expect(text(program.pictureAt(0))).toBe('a0');
    expect(diagnostics).toMatchObject([{ code: 'PW_TRACK_KIND', where: 'subs' }]);
  });
});

describe('burn-ins', () => {
  const burnIn = (content: 'record-timecode' | 'source-timecode' | 'clip-name'): Effect =>
    makeEffect({ type: 'burnIn', content });
  const rooted = (effects: readonly Effect[], children: readonly Composable[]): ReturnType<typeof makeTimeline> => {
    const timeline = makeTimeline({
      globalStartTime: { value: rational(86_400), rate: fps24 },
      tracks: [makeTrack({ children })],
    });
    return { ...timeline, tracks: { ...timeline.tracks, effects } };
  };

  test('B1: record timecode on the timeline lies over everything, gaps too, and counts from the start timecode', () => {
    const { program } = compile(rooted([burnIn('record-timecode')], [clip('a', 0, 1), gap(24)]));
    expect(text(program.pictureAt(0))).toBe('text(a0, bottom "01:00:00:00")');
    expect(text(program.pictureAt(24))).toBe('text(black, bottom "01:00:01:00")');
    expect(program.pictureAt(0)).toMatchObject({ font });
  });

  test('B2: source timecode and name are the topmost clip’s', () => {
    const info = mediaOf('a', {}, { startTimecode: { frame: 240, dropFrame: false } });
    const { program } = compile(
      rooted([burnIn('source-timecode'), burnIn('clip-name')], [clip('a', 241, 2, [], 'Take 3'), gap(1)]),
      { a: info },
    );
    expect(text(program.pictureAt(1))).toBe('text(a2, top "Take 3  00:00:10:02")');
    expect(text(program.pictureAt(2))).toBe('text(black, top "")');
  });

  test('B3: without a font burn-ins are refused by name', () => {
    expect(() => compile(rooted([burnIn('clip-name')], [clip('a', 0, 1)]), {}, { font: null })).toThrow(
      expect.objectContaining({ code: 'PW_FONT_MISSING' }),
    );
  });
});
