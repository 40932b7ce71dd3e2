import type { Language } from './index.ts';

/**
 * Times and dates as the office writes them, in both languages: 12.00, Senin, 14 November 2011, with the names of days
 * and months in the language. Numbers follow the language: 1.240 is a thousand here and one and a bit to an English
 * reader. All times are the computer's own time zone.
 */
export interface Format {
  number(value: number): string;
  /** 12.00 */
  time(at: Instant): string;
  /** Senin, 14 November 2011 */
  date(at: Instant): string;
  /** November 2011, from 2011-11. */
  month(month: string): string;
  /** Sen, 14 Nov */
  day(at: Instant): string;
  /** 14-02-1983, from an ISO date; what is no ISO date comes back as it is. */
  birthDate(iso: string): string;
  /** 12.00 today, else 14 Nov 12.00, with the year where it differs. */
  moment(at: Instant, now: Instant): string;
  /** 2 j 5 mnt; negative counts as nothing. */
  duration(ms: number): string;
  /** 14 menit 5 detik, 30 detik. */
  wait(seconds: number): string;
  /** 96 KB, 1,4 MB (in English 1.4 MB): powers of 1,000. */
  bytes(value: number): string;
  rate(bytesPerSecond: number): string;
}

/** ISO 8601 or milliseconds since the epoch. */
export type Instant = string | number;

/** The words a duration or rate is made of, from the language's own file. */
export interface UnitWords {
  minute: string;
  hour: string;
  hourMinute: string;
  day: string;
  dayHour: string;
  moment: string;
  perSecond: string;
  seconds: string;
  minutes: string;
  minutesSeconds: string;
}

const LOCALE: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' };
const two = (value: number) => String(value).padStart(2, '0');

export function createFormat(language: Language, units: UnitWords): Format {
  const numbers = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 0 });
  const decimals = new Intl.NumberFormat(LOCALE[language], { maximumFractionDigits: 1 });
  const weekday = new Intl.DateTimeFormat(LOCALE[language], { weekday: 'long' });
  const month = new Intl.DateTimeFormat(LOCALE[language], { month: 'long' });
  const shortDay = new Intl.DateTimeFormat(LOCALE[language], { weekday: 'short' });
  const shortMonth = new Intl.DateTimeFormat(LOCALE[language], { month: 'short' });
  const fill = (text: string, values: Record<string, number | string>) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? ''));

  const time = (at: Instant) => {
    const date = new Date(at);
    return `${two(date.getHours())}.${two(date.getMinutes())}`;
  };

  const bytes = (value: number) => {
    if (value < 1000) return `${numbers.format(value)} B`;
    if (value < 1_000_000) return `${numbers.format(value / 1000)} KB`;
    if (value < 1_000_000_000)
      return `${(value < 10_000_000 ? decimals : numbers).format(value / 1_000_000)} MB`;
    return `${decimals.format(value / 1_000_000_000)} GB`;
  };

  return {
    number: (value) => numbers.format(value),
    time,
    date: (at) => {
      const date = new Date(at);
      return `${weekday.format(date)}, ${date.getDate()} ${month.format(date)} ${date.getFullYear()}`;
    },
    month: (of) => {
      const date = new Date(`${of}-15T12:00`);
      return `${month.format(date)} ${date.getFullYear()}`;
    },
    day: (at) => {
      const date = new Date(at);
      return `${shortDay.format(date)}, ${date.getDate()} ${shortMonth.format(date)}`;
    },
    birthDate: (iso) => {
      const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
      return found === null ? iso : `${found[3]}-${found[2]}-${found[1]}`;
    },
    moment: (at, now) => {
      const date = new Date(at);
      const today = new Date(now);
      if (date.toDateString() === today.toDateString()) return time(at);
      const year = date.getFullYear() === today.getFullYear() ? '' : ` ${date.getFullYear()}`;
      return `${date.getDate()} ${shortMonth.format(date)}${year} ${time(at)}`;
    },
    duration: (ms) => {
      const minutes = Math.floor(Math.max(0, ms) / 60_000);
      if (minutes < 1) return units.moment;
      if (minutes < 60) return fill(units.minute, { n: minutes });
      const h = Math.floor(minutes / 60);
      const m = minutes % 60;
      if (h < 48) return m === 0 ? fill(units.hour, { n: h }) : fill(units.hourMinute, { h, m });
      const d = Math.floor(h / 24);
      return h % 24 === 0
        ? fill(units.day, { n: numbers.format(d) })
        : fill(units.dayHour, { d: numbers.format(d), h: h % 24 });
    },
    wait: (total) => {
      const m = Math.floor(total / 60);
      const s = total % 60;
      if (m === 0) return fill(units.seconds, { s });
      return s === 0 ? fill(units.minutes, { m }) : fill(units.minutesSeconds, { m, s });
    },
    bytes,
    rate: (bytesPerSecond) => fill(units.perSecond, { size: bytes(bytesPerSecond) }),
  };
}
