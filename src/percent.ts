/** A part of a URL decoded; as it is when it holds a percent sign that encodes nothing. */
export function decodePercent(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
