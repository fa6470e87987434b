/** Who asks, in a URL that may stand in a text. It ends at the last `@` before the path. */
const USER = /(?<=:\/\/)[^\s/?#]*@/g;

/** A URL as it may be shown: without who asks, which may be a token. `user@host:path` is one too. */
export function toShownUrl(url: string): string {
  const parsed = /^[a-z]+:\/\//.test(url) ? URL.parse(url) : null;
  if (parsed === null) return hideUsers(url).replace(/^[^/@:]*@/, '');
  parsed.username = '';
  parsed.password = '';
  return parsed.href;
}

/** A text as it may be shown: without who asks, in whatever URLs it has. */
export function hideUsers(text: string): string {
  return text.replaceAll(USER, '');
}
