import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useWords } from '../../i18n/words.ts';
import classes from './queue.module.css';

/** A heading that opens what is under it; what is closed is not drawn and not asked for. */
export function Disclosure({
  label,
  note,
  children,
}: {
  label: string;
  note?: string;
  children: React.ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const Mark = open ? IconChevronDown : IconChevronRight;
  return (
    <>
      <button
        type="button"
        className={classes['disclosure']}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Mark size={18} aria-hidden />
        <span className={classes['disclosureText']}>
          <span>{label}</span>
          {note !== undefined && <small>{note}</small>}
        </span>
      </button>
      {open && <section aria-label={label}>{children}</section>}
    </>
  );
}

/** Rows drawn at first and with each "more": a long list never stands in the window whole. */
export const PAGE = 100;

export interface Shown {
  /** Rows that are drawn. */
  readonly count: number;
  readonly left: number;
  readonly more: () => void;
}

export function useShown(total: number): Shown {
  const [pages, setPages] = useState(1);
  const count = Math.min(total, pages * PAGE);
  return { count, left: total - count, more: () => setPages(pages + 1) };
}

export function More({ shown }: { shown: Shown }) {
  const { t, f } = useWords();
  if (shown.left <= 0) return null;
  return (
    <button type="button" className={classes['disclosure']} onClick={shown.more}>
      {t('desk/more', { many: f.number(Math.min(PAGE, shown.left)) })}
    </button>
  );
}
