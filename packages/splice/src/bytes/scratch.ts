/** Memory that is used again and again. What was taken lives until the next take: nobody may keep it. */
export class Scratch {
  #bytes = new Uint8Array(0);

  /** So many bytes, of any content. */
  take(sizeBytes: number): Uint8Array {
    if (this.#bytes.length < sizeBytes) this.#bytes = new Uint8Array(sizeBytes);
    return this.#bytes.subarray(0, sizeBytes);
  }
}
