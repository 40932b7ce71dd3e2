import { describe, expect, it } from 'vitest';
import { FINGERS, IRISES, VERIFY } from '../../app/enrollment/biometrics.ts';
import { ERRORS, RekamError } from '../../app/errors.ts';
import { isRecord, shownImage } from '../../main/devices/iso19794.ts';
import { asksOf } from '../../main/devices/sbi-capture.ts';
import { placeOf } from '../../main/devices/sbi-search.ts';
import {
  bioSubType,
  capturePayloadSchema,
  digitalIdSchema,
  errorCodeIn,
  kindOf,
  readBiometrics,
  readDiscovered,
  readJson,
  sbiError,
  statusOf,
} from '../../main/devices/sbi-wire.ts';
import { recordOf } from '../../scripts/sbi/drawings.ts';

function codeOf(call: () => unknown): string {
  try {
    return `no error: ${JSON.stringify(call())}`;
  } catch (error) {
    if (!(error instanceof RekamError)) throw error;
    return error.code;
  }
}

describe('what a device says of itself', () => {
  it('is taken up to what a packet may carry', () => {
    const own = { serialNo: 'S1', make: 'Rekam', model: 'x'.repeat(200), type: 'Finger' };
    expect(digitalIdSchema.safeParse(own).success).toBe(true);
    for (const field of ['serialNo', 'make', 'model'])
      expect(digitalIdSchema.safeParse({ ...own, [field]: 'x'.repeat(201) }).success).toBe(false);
  });
});

describe('what services send', () => {
  it.each([
    ['[]', []],
    ['  {"a":1}\r\n\r\n', { a: 1 }],
    ['[{"a":1}]HTTP/1.1 200 OK', [{ a: 1 }]],
    ['\ufeff{"a":1}\0\0', { a: 1 }],
  ])('is read from %j', (body, json) => {
    expect(readJson(Buffer.from(body))).toEqual(json);
  });

  it.each(['', 'OK', '{"a":', '<html></html>'])('is no answer in %j', (body) => {
    expect(codeOf(() => readJson(Buffer.from(body)))).toBe('device.answer');
  });

  it.each([
    [{ errorCode: '202', errorInfo: '' }, '202'],
    [{ errorCode: 202 }, '202'],
    [{ error: { errorCode: '110' } }, '110'],
    [[{ error: { errorCode: 100 } }], '100'],
    [{ biometrics: [{ data: null, error: null }, { error: { errorCode: '701' } }] }, '701'],
    [{ errorCode: '0' }, null],
    [{ error: { errorCode: '0 - Success' } }, null],
    [{ error: null }, null],
    [{ biometrics: [] }, null],
    [null, null],
    ['text', null],
  ])('names the error of %j', (json, code) => {
    expect(errorCodeIn(json)).toBe(code);
  });

  it.each([
    ['77.5', 77.5],
    [80, 80],
    ['0', 0],
  ])('scores %j', (qualityScore, quality) => {
    const payload = { ...PAYLOAD, qualityScore };
    expect(capturePayloadSchema.parse(payload).qualityScore).toBe(quality);
  });

  it.each(['', ' ', 'good', '-1', 101, Number.NaN, null])('is no score: %j', (qualityScore) => {
    expect(capturePayloadSchema.safeParse({ ...PAYLOAD, qualityScore }).success).toBe(false);
  });

  it('leaves out devices that cannot be read, and keeps the others', () => {
    const device = { digitalId: 'e30', deviceId: 7, deviceStatus: 'Ready', deviceSubId: ['1'], error: null };
    expect(readDiscovered([device, { error: { errorCode: '202' } }, 'x'])).toMatchObject([{ deviceId: '7' }]);
    expect(readDiscovered({ error: {} })).toEqual([]);
  });

  it('is no capture without biometrics', () => {
    expect(codeOf(() => readBiometrics({}))).toBe('device.answer');
    expect(codeOf(() => readBiometrics({ biometrics: [{ error: { errorCode: '703' } }] }))).toBe(
      'device.busy',
    );
  });

  it('has a status, and a type', () => {
    expect(['Ready', 'Busy', 'Not Ready', 'not registered', 'Sleeping', null].map(statusOf)).toEqual([
      'ready',
      'busy',
      'notReady',
      'unregistered',
      'notReady',
      'notReady',
    ]);
    expect(['Finger', 'FINGERPRINT', 'Iris', 'Face'].map(kindOf)).toEqual(['finger', 'finger', 'iris', null]);
  });

  it.each([
    ['http://127.0.0.1:4512/', { port: 4512, path: '' }],
    ['http://localhost:4513/mds//', { port: 4513, path: '/mds' }],
    ['http://192.0.2.1:4512/', { port: 4501, path: '' }],
    ['https://127.0.0.1:4512/', { port: 4501, path: '' }],
    ['http://127.0.0.1.evil.test:80/', { port: 4501, path: '' }],
    ['io.example.device', { port: 4501, path: '' }],
    [null, { port: 4501, path: '' }],
  ])('stands at %j', (callbackId, place) => {
    expect(placeOf({ callbackId }, 4501)).toEqual(place);
  });
});

const PAYLOAD = {
  digitalId: 'x',
  bioType: 'Finger',
  bioSubType: 'Left Thumb',
  bioValue: 'x',
  transactionId: 'x',
};

it('gives every code of the interface an error with words', () => {
  for (const code of ['100', '101', '106', '109', '110', '111', '202', '500', '601', '701', '703', '999']) {
    expect(Object.keys(ERRORS)).toContain(sbiError(code).code);
  }
  expect(sbiError('103')).toMatchObject({ code: 'device.failed', params: { detail: '103' } });
});

it('names every part as the interface does', () => {
  expect(bioSubType('finger.left.index')).toBe('Left IndexFinger');
  expect(bioSubType('finger.right.thumb')).toBe('Right Thumb');
  expect(bioSubType('iris.right')).toBe('Right');
  expect(new Set([...FINGERS, ...IRISES].map(bioSubType)).size).toBe(12);
});

it('asks for each step what lies on that part of the scanner', () => {
  const summary = asksOf('verify', []).map((ask) => [ask.deviceSubId, ask.names, ask.exceptions.length]);
  expect(summary).toEqual([
    [1, [VERIFY[0]], 3],
    [2, [VERIFY[1]], 3],
  ]);
  expect(asksOf('irises', IRISES)).toEqual([]);
});

describe('a record', () => {
  const record = Buffer.from(recordOf('finger', 'Left Thumb', 'seed', 80, new Date()));

  it('shows its image, and is known by its kind and length', () => {
    expect(isRecord('finger', record)).toBe(true);
    expect(isRecord('iris', record)).toBe(false);
    expect(isRecord('finger', record.subarray(0, record.length - 1))).toBe(false);
    expect(isRecord('finger', Buffer.from('FIR'))).toBe(false);
    const png = shownImage(record);
    expect(Buffer.from(png ?? []).toString('latin1', 1, 4)).toBe('PNG');
    expect(
      Buffer.from(png ?? [])
        .subarray(-8, -4)
        .toString('latin1'),
    ).toBe('IEND');
  });

  it('shows nothing where the image is of a kind that no window shows', () => {
    const jpeg2000 = Buffer.concat([record.subarray(0, 60), Buffer.from('\0\0\0\fjP  ', 'latin1')]);
    expect(shownImage(jpeg2000)).toBeNull();
  });
});
