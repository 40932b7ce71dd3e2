import { describe, expect, it } from 'vitest';
import { FrameParser } from '../../main/devices/sbi-stream.ts';

/** A picture that holds everything which could be mistaken for the end of one. */
const FIRST = Buffer.from(
  '\u00ff\u00d8 --BoundaryString\r\n\r\nContent-Length: 3\r\n\r\n \u00ff\u00d9',
  'latin1',
);
const SECOND = Buffer.from('\u00ff\u00d8second\u00ff\u00d9', 'latin1');
const ERROR = JSON.stringify({ errorCode: '202', errorInfo: 'No device' });

function part(jpeg: Buffer, head = 'Content-Type: image/jpeg\r\nContent-Length: '): Buffer {
  return Buffer.concat([
    Buffer.from(`--BoundaryString\r\n${head}${jpeg.length}\r\n\r\n`),
    jpeg,
    Buffer.from('\r\n'),
  ]);
}

function parse(...pieces: Uint8Array[]): { frames: Buffer[]; rest: string } {
  const frames: Buffer[] = [];
  const parser = new FrameParser((jpeg) => frames.push(Buffer.from(jpeg)));
  for (const piece of pieces) parser.push(piece);
  return { frames, rest: parser.rest };
}

describe('the pictures of a live view', () => {
  const stream = Buffer.concat([part(FIRST), part(SECOND, 'content-length:'), Buffer.from(ERROR)]);

  it('come out whole wherever the stream is split', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const { frames, rest } = parse(stream.subarray(0, at), stream.subarray(at));
      expect(frames).toEqual([FIRST, SECOND]);
      expect(rest).toContain(ERROR);
    }
  });

  it('come out whole byte by byte', () => {
    expect(parse(...[...stream].map((byte) => Uint8Array.of(byte))).frames).toEqual([FIRST, SECOND]);
  });

  it('are parted by boundaries written in any way', () => {
    const odd = Buffer.concat([
      Buffer.from('\r\n\r\n--'),
      part(FIRST),
      Buffer.from('\r\n\r\n--'),
      part(SECOND),
    ]);
    expect(parse(odd).frames).toEqual([FIRST, SECOND]);
  });

  it('leave out what is no JPEG', () => {
    expect(parse(part(Buffer.from('GIF89a')), part(SECOND)).frames).toEqual([SECOND]);
  });

  it('leave the JSON that comes instead of any', () => {
    expect(parse(Buffer.from(ERROR))).toEqual({ frames: [], rest: ERROR });
  });

  it('are not there while the last one is not whole', () => {
    expect(parse(stream.subarray(0, 100))).toEqual({ frames: [], rest: '' });
  });

  it.each([
    ['a part without a length', Buffer.from('--BoundaryString\r\nContent-Type: image/jpeg\r\n\r\n')],
    ['a part of a size that no picture has', Buffer.from('--B\r\nContent-Length: 999999999\r\n\r\n')],
    ['a stream that never begins a part', Buffer.alloc(5000, 0x20)],
  ])('are none in %s', (_what, bytes) => {
    expect(() => parse(bytes)).toThrow(Error);
  });
});
