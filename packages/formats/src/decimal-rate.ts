import type { Diagnostic } from '@patchwork/kernel';
import { formatRate, rateFromNumber } from '@patchwork/time';

/** A decimal nearer than this to the fraction was meant as it, and cut. */
const noise = 1e-6;

/**
 * Tells of each decimal frame rate in an OTIO text that is read as n × 1000/1001: 23.976 and 23.98 are 24000/1001. The
 * many digits that OTIO itself writes for such a rate (23.976023976023978) need no word.
 */
export function decimalRateNotes(name: string, text: string): readonly Diagnostic[] {
  const notes: Diagnostic[] = [];
  for (const spelled of new Set([...text.matchAll(/"rate"\s*:\s*(\d+\.\d+)/g)].map((match) => match[1] ?? ''))) {
    const rate = rateFromNumber(Number(spelled));
    if (rate === null || rate.den !== 1001 || Math.abs(Number(spelled) - rate.num / rate.den) < noise) continue;
    notes.push({
      code: 'PW_RATE_DECIMAL',
      severity: 'note',
      message: `the rate ${spelled} is read as ${formatRate(rate)}`,
      where: name,
      hint: `If it is really ${spelled}, write it as a fraction.`,
    });
  }
  return notes;
}
