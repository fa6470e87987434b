import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, toFileText } from '../../src/definitions/file-text.ts';

describe('toFileText()', () => {
  it('reads UTF-8', () => {
    expect(toFileText(Buffer.from('grüße: 🎉\n'))).toEqual({ kind: 'text', text: 'grüße: 🎉\n' });
  });

  it('leaves a byte order mark out', () => {
    expect(toFileText(Buffer.from('\ufeffa: 1\n'))).toEqual({ kind: 'text', text: 'a: 1\n' });
  });

  it.each([
    ['in the first line', Buffer.from('caf\xe9: 1\n', 'latin1'), 1, 4],
    ['in a later line', Buffer.from('a: 1\nb: 2\nc: caf\xe9\n', 'latin1'), 3, 7],
    ['in a last line without an end', Buffer.from('a: 1\n\xff', 'latin1'), 2, 1],
    ['cut off in a character', Buffer.from('a: 1\nb: é').subarray(0, -1), 2, 4],
    ['in UTF-16', Buffer.from('\ufeffa: 1\n', 'utf16le'), 1, 1],
  ])('says where bytes are not UTF-8 %s', (_where, bytes, line, column) => {
    expect(toFileText(bytes)).toMatchObject({
      kind: 'broken',
      fault: { code: 'file_not_utf8', line, column, hint: 'Save it as UTF-8' },
    });
  });

  it('says where a NUL byte is', () => {
    expect(toFileText(Buffer.from('a: 1\nü: b\0c\n'))).toMatchObject({
      kind: 'broken',
      fault: { code: 'yaml_syntax', line: 2, column: 5, message: 'The file holds a NUL byte' },
    });
  });

  it('takes a file of the largest size and none that is larger', () => {
    expect(toFileText(Buffer.alloc(MAX_FILE_BYTES, '#'))).toMatchObject({ kind: 'text' });
    expect(toFileText(Buffer.alloc(MAX_FILE_BYTES + 1, '#'))).toMatchObject({
      kind: 'broken',
      fault: { code: 'file_too_large', line: 1, column: 1, hint: 'Split it in several files' },
    });
  });

  it('tells a pointer of Git LFS from a definition', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    expect(toFileText(Buffer.from(pointer))).toMatchObject({
      kind: 'broken',
      fault: { code: 'lfs_pointer', line: 1, column: 1, hint: expect.stringContaining('git lfs untrack') },
    });
  });
});
