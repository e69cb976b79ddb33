import { readH264PpsIds, readH264Sps, h264Types, type AvcConfig } from '../bitstream/h264.ts';
import { hevcTypes, hevcUnits, hevcVpsId, readHevcPpsIds, readHevcSps, type HevcConfig } from '../bitstream/hevc.ts';
import type { PictureStream } from './picture-stream.ts';

/** Ids of the parameter sets that a stream uses. Grows while the stream is looked through. */
export class ParameterSetIds {
  readonly vps: Set<number> = new Set();
  readonly sps: Set<number> = new Set();
  readonly pps: Set<number> = new Set();

  /** The ids in a sample entry. @throws PW_STREAM_* */
  static of(stream: PictureStream): ParameterSetIds {
    const ids = new ParameterSetIds();
    if (stream.family === 'h264') ids.#addConfig(stream.config);
    if (stream.family === 'hevc') ids.#addHevcConfig(stream.config);
    return ids;
  }

  /** Adds an SPS or PPS that stands between pictures. Only its head may be at hand; ids stand in it. */
  addH264(nal: Uint8Array): void {
    if (((nal[0] ?? 0) & 31) === h264Types.sps) this.sps.add(readH264Sps(nal).id);
    else this.pps.add(readH264PpsIds(nal).id);
  }

  /** Adds a VPS, SPS or PPS that stands between pictures. */
  addHevc(nal: Uint8Array): void {
    const type = ((nal[0] ?? 0) >> 1) & 63;
    if (type === hevcTypes.vps) this.vps.add(hevcVpsId(nal));
    else if (type === hevcTypes.sps) this.sps.add(readHevcSps(nal).id);
    else this.pps.add(readHevcPpsIds(nal).id);
  }

  #addConfig(config: AvcConfig): void {
    for (const set of [...config.sps, ...config.pps]) this.addH264(set);
  }

  #addHevcConfig(config: HevcConfig): void {
    for (const type of [hevcTypes.vps, hevcTypes.sps, hevcTypes.pps]) {
      for (const set of hevcUnits(config, type)) this.addHevc(set);
    }
  }
}
