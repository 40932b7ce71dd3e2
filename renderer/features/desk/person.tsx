import classes from './queue.module.css';

/** Somebody in a list: the name as the register writes it, and one line more. */
export function Person({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <span className={classes['text']}>
      <strong>{name}</strong>
      {children}
    </span>
  );
}

/** The same, to be opened. */
export function PersonButton({
  name,
  note,
  current = false,
  open,
}: {
  name: string;
  note: string;
  current?: boolean;
  open: () => void;
}) {
  const content = (
    <Person name={name}>
      <small>{note}</small>
    </Person>
  );
  return (
    <button
      type="button"
      className={classes['row']}
      aria-current={current ? 'true' : undefined}
      onClick={open}
    >
      {content}
    </button>
  );
}
