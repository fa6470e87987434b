/** Asks one thing over and over, one request after another; resolves to what each took until its end, in milliseconds. */
export async function timeRequests(url: string, count: number): Promise<readonly number[]> {
  // The first one opens the connection.
  await timeRequest(url);
  const timesMs: number[] = [];
  for (let request = 0; request < count; request += 1) timesMs.push(await timeRequest(url));
  return timesMs;
}

async function timeRequest(url: string): Promise<number> {
  const startedAtMs = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`Cannot time "${url}": got ${response.status}`);
  return performance.now() - startedAtMs;
}
