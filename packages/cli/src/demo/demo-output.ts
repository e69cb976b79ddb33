/** A deliverable of the demo. */
export interface DemoOutput {
  readonly name: string;
  readonly file: string;
  readonly profile: string;
}

/** The two deliverables of the demo: long-GOP and intra. */
export const demoOutputs: readonly DemoOutput[] = [
  { name: 'H.264 + AAC, MP4', file: 'film.mp4', profile: 'h264' },
  { name: 'ProRes 422 HQ + PCM, MOV', file: 'film.mov', profile: 'prores-422-hq' },
];
