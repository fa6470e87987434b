/** A text as the name of a hook or of its file: it leads nowhere else, and is what a hook may be called. */
export function toPlainName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
}
