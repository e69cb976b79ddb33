import { strToU8, zipSync } from 'fflate';

/** A Resolve project as a test says it: what matters of it, in the elements that real exports have. */
export interface ProjectSketch {
  readonly sequences: readonly SequenceSketch[];
  readonly groups?: readonly { readonly name: string; readonly grade: string }[];
  /** Text of a setting of the project. */
  readonly setting?: string;
  /** Drawn anew on every export: ids, times of saving. Default 0. */
  readonly export?: number;
}

/** A sequence: a timeline or a compound clip. */
export interface SequenceSketch {
  readonly name: string;
  /** Picture tracks, the lowest first. */
  readonly tracks: readonly (readonly ClipSketch[])[];
  readonly grade?: string;
}

/** A clip; its grade, effects and composition are any text: equal texts are equal. */
export interface ClipSketch {
  readonly name: string;
  /** Record frames, absolute. */
  readonly start: number;
  readonly duration: number;
  readonly media?: string;
  readonly grade?: string;
  /** What Resolve says of it. Default: true where there is a grade. */
  readonly isCorrected?: boolean;
  readonly effects?: string;
  readonly fusion?: string;
  readonly retime?: string;
  readonly group?: string;
  /** The grade stands with the media in the pool (a remote version). */
  readonly isRemote?: boolean;
}

/** Packs a `.drp`. */
export function resolveProject(sketch: ProjectSketch): Uint8Array {
  const ids = new Ids(sketch.export ?? 0);
  const groups = sketch.groups ?? [];
  const files: { [name: string]: string } = {
    'project.xml': `<SM_Project DbId="${ids.of('project')}"><ProjectName>Film</ProjectName><DbSavedTime>${sketch.export ?? 0}</DbSavedTime><SetupBA>${hex(sketch.setting ?? 'as ever')}</SetupBA><GroupListObj><Sm2GroupList><GroupList>${groups
      .map(({ name, grade }) =>
        element(
          `<Sm2Group DbId="${ids.of(`group ${name}`)}"><Name>${name}</Name>${gradeTable(ids, `group ${name}`, grade, true)}</Sm2Group>`,
        ),
      )
      .join('')}</GroupList></Sm2GroupList></GroupListObj></SM_Project>`,
    'MediaPool/Master/MpFolder.xml': `<Sm2MpFolder DbId="${ids.of('folder')}"><MediaVec>${sketch.sequences
      .map(
        ({ name, grade }) =>
          `${element(
            `<Sm2MpTimelineClip DbId="${ids.of(`pool ${name}`)}"><Name>${name}</Name><TimelineSharedHandle><Sm2Timeline><Name>${name}</Name><Sequence><Sm2Sequence DbId="${ids.of(`sequence ${name}`)}">${gradeTable(ids, `timeline ${name}`, grade ?? 'untouched', grade !== undefined)}</Sm2Sequence></Sequence></Sm2Timeline></TimelineSharedHandle></Sm2MpTimelineClip>`,
          )}`,
      )
      .join('')}${sketch.sequences
      .flatMap(({ tracks }) => tracks.flat())
      .filter(({ isRemote }) => isRemote === true)
      .map((clip) =>
        element(`<Sm2MpVideoClip>${gradeTable(ids, placeOf(clip), clip.grade ?? '', true)}</Sm2MpVideoClip>`),
      )
      .join('')}</MediaVec></Sm2MpFolder>`,
  };
  for (const sequence of sketch.sequences) files[`SeqContainer/${sequence.name}.xml`] = container(ids, sequence);
  return zipSync(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(`<?xml version="1.0"?>\n${text}`)])),
  );
}

/** Ids that are drawn anew on every export, and are the same within one. */
class Ids {
  readonly #export: number;
  readonly #known = new Map<string, string>();

  constructor(run: number) {
    this.#export = run;
  }

  of(what: string): string {
    const known = this.#known.get(what) ?? String(this.#known.size + 1).padStart(12, '0');
    this.#known.set(what, known);
    return `${String(this.#export).padStart(8, '0')}-0000-4000-8000-${known}`;
  }
}

function container(ids: Ids, { name, tracks }: SequenceSketch): string {
  const vector = tracks.map((clips) =>
    element(
      `<Sm2TiTrack><Type>0</Type><Sequence>${ids.of(`sequence ${name}`)}</Sequence><Items>${clips.map((clip) => element(clipElement(ids, clip))).join('')}</Items></Sm2TiTrack>`,
    ),
  );
  return `<Sm2SequenceContainer DbId="${ids.of(`container ${name}`)}"><VideoTrackVec>${vector.join('')}</VideoTrackVec><AudioTrackVec/></Sm2SequenceContainer>`;
}

function clipElement(ids: Ids, clip: ClipSketch): string {
  const { name, start, duration, media = '', grade, effects, fusion, retime, group } = clip;
  const table =
    grade === undefined
      ? ''
      : gradeTable(ids, placeOf(clip), grade, clip.isCorrected ?? true, clip.isRemote === true ? 'elsewhere' : 'here');
  const composition =
    fusion === undefined
      ? ''
      : `<CompositionTable><Sm2TiCompositionTable><CompositionBA>${hex(fusion)}</CompositionBA></Sm2TiCompositionTable></CompositionTable>`;
  return `<Sm2TiVideoClip DbId="${ids.of(placeOf(clip))}"><Name>${name}</Name><Start>${start}</Start><Duration>${duration}</Duration><EffectFiltersBA>${hex(effects ?? '')}</EffectFiltersBA>${group === undefined ? '' : `<Group>${ids.of(`group ${group}`)}</Group>`}${composition}<In/><MediaFilePath>${media}</MediaFilePath><MediaTimemapBA>${retime === undefined ? '02401fd55555555555' : hex(retime)}</MediaTimemapBA>${table}</Sm2TiVideoClip>`;
}

function gradeTable(
  ids: Ids,
  of: string,
  grade: string,
  isCorrected: boolean,
  place: 'here' | 'elsewhere' = 'here',
): string {
  const id = ids.of(`version ${of}`);
  const version = `<ListMgt::LmVersion DbId="${id}"><Name>Version 1</Name><HasCorrection>${isCorrected}</HasCorrection><Body>${hex(grade)}</Body></ListMgt::LmVersion>`;
  return `<pLmVerTable><ListMgt::LmVersionTable><pActive>${id}</pActive><Locals>${place === 'here' ? element(version) : ''}</Locals></ListMgt::LmVersionTable></pLmVerTable>`;
}

function placeOf({ name, start }: ClipSketch): string {
  return `${name} at ${start}`;
}

function element(content: string): string {
  return `<Element>${content}</Element>`;
}

function hex(text: string): string {
  return Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}
