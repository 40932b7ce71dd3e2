import { go, useApp } from '../../app-state.ts';
import { useEscape } from '../../components/keys.ts';
import { PasswordForm } from './password-form.tsx';

const leave = () => go('desk');

/** One's own password: of one's own accord, or because somebody else chose the present one; then there is no leaving. */
export default function Password() {
  const person = useApp((state) => state.person);
  useEscape(leave);
  return person === null ? null : <PasswordForm person={person} onDone={leave} />;
}
